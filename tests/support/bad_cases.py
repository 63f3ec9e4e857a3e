"""Commands with one thing wrong, and what the sentence must say of it."""

from program import SHORT

GOOD = "analyse good.nii.gz --basis good.BASIS --out out"

BASIS = "--mhz 123 --dwell 5e-4 --points 512 --out b.BASIS"

# name: (command, what the sentence must say)
CASES = {
    "no recording": ("verify text.mcap", r"text\.mcap is no recording"),
    "no file that is known": ("analyse text.mcap --out out", r"text\.mcap is no rec"),
    "empty recording": ("info empty.mcap", r"empty\.mcap is empty"),
    "empty file": ("analyse empty.mcap --out out", r"empty\.mcap is empty"),
    "folder for a file": ("analyse folder.mcap --out out", r"folder\.mcap cannot be"),
    "folder for a recording": ("recover folder.mcap", r"folder\.mcap cannot be read"),
    "missing file": ("replay missing.mcap", r"missing\.mcap"),
    "missing recording": ("info missing.mcap", r"no file missing\.mcap"),
    "truncated recording": (
        "analyse truncated.mcap --out out",
        r"\d+ transients\) can be read, and `mrs-monitor recover truncated\.mcap`",
    ),
    "info of a damaged recording": ("info truncated.mcap", r"truncated\.mcap is damag"),
    "replay without a transient": ("replay start.mcap --speed max", "No transient has"),
    "truncated replay": ("replay truncated.mcap", r"`mrs-monitor recover trunc"),
    "truncated NIfTI": (
        "analyse truncated.nii.gz --basis good.BASIS --out out",
        r"truncated\.nii\.gz is truncated or damaged.*copy",
    ),
    "basis of another field": (
        "analyse good.nii.gz --basis other_field.BASIS --out out",
        r"other_field\.BASIS is for 297\.20 MHz, the acquisition is at 123\.25 MHz",
    ),
    "another nucleus": (
        "analyse phosphorus.nii.gz --basis good.BASIS --out out",
        r"is for 1H, the acquisition is 31P",
    ),
    "basis without Glu": (
        "analyse good.nii.gz --basis no_glu.BASIS --out out",
        r"no_glu\.BASIS has no Glu",
    ),
    "Glu left out": (f"{GOOD} --metabolites NAA,Cr", r"good\.BASIS has no Glu"),
    "nothing but zeros": (
        "analyse zeros.nii.gz --basis good.BASIS --out vain/out",
        r"every one of its 4 transients is zero: check the receive coil",
    ),
    "numbers beyond single precision": (
        "analyse enormous.nii.gz --basis good.BASIS --out out",
        r"enormous\.nii\.gz holds numbers of 1e\+\d\d, which cannot be right",
    ),
    "report of no recording": ("qc text.mcap --out vain/out", r"text\.mcap is no rec"),
    "no start message": (
        "analyse headless.mcap --out out",
        r"headless\.mcap has no start message",
    ),
    "no basis": ("analyse long_echo.nii.gz --out out", r"give --basis"),
    "unknown basis": (
        "analyse good.nii.gz --basis nope --out out",
        "No basis set nope",
    ),
    "no echo time": (
        "analyse no_echo_time.nii.gz --basis good.BASIS --out out",
        r"EchoTime",
    ),
    "no dwell time": (
        "analyse no_dwell.nii.gz --basis good.BASIS --out out",
        r"dwell time",
    ),
    "NaN in every FID": (
        "analyse nan.nii.gz --basis good.BASIS --out out",
        r"nan\.nii\.gz.*(NaN|not finite|no number)",
    ),
    "water of another dwell time": (
        f"{GOOD} --water water_other_dwell.nii.gz",
        r"water_other_dwell\.nii\.gz.*dwell",
    ),
    "water without water in it": (
        f"{GOOD} --water good.nii.gz",
        r"good\.nii\.gz is no water reference of good.*; give the unsuppressed one",
    ),
    "water with a recording": (
        f"analyse {SHORT} --water good.nii.gz --out out",
        r"holds its own water reference",
    ),
    "unknown protocol": (f"{GOOD} --protocol nope", r"No protocol nope: give"),
    "unknown field of a protocol": (
        f"{GOOD} --protocol bad_protocol.toml",
        r"unknown field windows",
    ),
    "protocol that is a folder": (f"{GOOD} --protocol .", r"Protocol \. is no file"),
    "protocol that is no text": (
        f"{GOOD} --protocol good.nii.gz",
        r"Protocol good\.nii\.gz is no text",
    ),
    "choice of what is not there": (
        f"{GOOD} --choose DIM_DYN=0",
        r"good\.nii\.gz has nothing to choose along DIM_DYN",
    ),
    "choice in a recording": (
        f"convert {SHORT} --choose DIM_EDIT=0 --out x.nii",
        r"has nothing to choose along DIM_EDIT",
    ),
    "several files to replay": (
        f"replay good.nii.gz {SHORT}",
        r"2 files are 2 sessions.*--join",
    ),
    "one file twice": (
        f"{GOOD} good.nii.gz --join",
        r"holds the same transients as good\.nii\.gz",
    ),
    "files of which nothing tells the time between": (
        f"{GOOD} {SHORT} --join",
        r"Nothing tells the time between good\.nii\.gz and .*--gap S",
    ),
    "gap of one file": (f"{GOOD} --gap 9", r"--gap goes with --join"),
    "no metabolite": (f"{GOOD} --metabolites ,", r"--metabolites ',' names nothing"),
    "unknown metabolite": (f"{GOOD} --metabolites Glu,Foo", r"has no Foo; it has"),
    "no range": (f"{GOOD} --reference 600", r"--reference 600 is no range.*0:600"),
    "range backwards": (f"{GOOD} --infusion 9:5", r"--infusion 9:5 is no range"),
    "range of words": (f"{GOOD} --infusion now:then", r"now:then is no range"),
    "window of nothing": (f"{GOOD} --window 0", r"window must be at least 1"),
    "step backwards": (f"{GOOD} --step -4", r"step must be at least 1"),
    "result below a file": (
        "analyse good.nii.gz --basis good.BASIS --out file/out",
        r"folder file.out cannot be made",
    ),
    "recording below a file": (
        "relay --source sim --record file/r.mcap",
        r"file.r\.mcap",
    ),
    "speed backwards": ("replay good.nii.gz --speed -1", r"--speed -1: give a factor"),
    "speed in words": ("demo --speed fast", r"--speed fast: give a factor"),
    "unknown scenario": ("demo --scenario nope", r"No scenario nope: give"),
    "no address": ("live --connect here", r"'here' is no address: write tcp://"),
    "no address to bind": (
        "relay --source sim --record r.mcap --bind http://x",
        r"no address: write tcp://",
    ),
    "no address of a publisher": (
        "relay --source tcp://here --record r.mcap",
        r"'tcp://here' is no address",
    ),
    "open to other machines": (
        "relay --source sim --record r.mcap --bind tcp://0.0.0.0:5777",
        r"needs keys",
    ),
    "choice without a file": (
        "relay --source sim --choose DIM_EDIT=0 --record r.mcap",
        r"--choose goes with --source FILE, not with sim",
    ),
    "water without a file": (
        "relay --source mrd --water good.nii.gz --record r.mcap",
        r"--water goes with --source FILE, not with mrd",
    ),
    "relay of an edited file": (
        "relay --source edited.nii.gz --record r.mcap",
        r"DIM_EDIT of 4 entries; choose one of them: --choose DIM_EDIT=0 \(to 3\)",
    ),
    "listening without a scanner": (
        "relay --source sim --allow 10.0.0.1 --record r.mcap",
        r"--allow goes with --source mrd, not with sim",
    ),
    "site's rules without a site": (
        "relay --source sim --protocol nope --record r.mcap",
        r"--protocol goes with --source mrd or folder:PATH, not with sim",
    ),
    "a relay of itself": (
        "relay --source tcp://127.0.0.1:5777 --bind tcp://127.0.0.1:5777 "
        "--record r.mcap",
        r"is what this relay itself publishes",
    ),
    "a copy on itself": (
        "relay --source sim --record r.mcap --copy ./r.mcap",
        r"--copy is the recording itself",
    ),
    "lingering backwards": (
        "relay --source sim --record r.mcap --linger nan",
        r"--linger nan: give 0 or more",
    ),
    "less than no space": (
        "relay --source sim --record r.mcap --least-free -5",
        r"--least-free -5: give 0 or more",
    ),
    "missing source": ("relay --source missing.mcap", r"missing\.mcap cannot be read"),
    "relay of a truncated recording": (
        "relay --source truncated.mcap --record r.mcap --speed max --linger 0",
        r"`mrs-monitor recover truncated\.mcap`",
    ),
    "event of no kind": (["event", "", "--connect", "tcp://127.0.0.1:9"], r"a kind"),
    "event of two lines": (
        ["event", "a\nb", "--connect", "tcp://127.0.0.1:9"],
        "a kind",
    ),
    "event of no range": (
        "event reference 9:5 --connect tcp://127.0.0.1:9",
        r"event reference 9:5 is no range",
    ),
    "event of no settings": (
        "event settings 48 --connect tcp://127.0.0.1:9",
        r"settings event must name some of .*'48' does not",
    ),
    "event of other settings": (
        ["event", "settings", '{"snr_limit": 3}', "--connect", "tcp://127.0.0.1:9"],
        r"must name some of left_out_s, macromolecules, outcome",
    ),
    "event of too many words": (
        ["event", "note", 20000 * "x", "--connect", "tcp://127.0.0.1:9"],
        r"at most 16384 bytes, and these have 20000",
    ),
    "event of wrong settings": (
        ["event", "settings", '{"window": 0}', "--connect", "tcp://127.0.0.1:9"],
        r"window must be at least 1",
    ),
    "basis of an echo time in s": (
        f"basis simulate --sequence press --te 0.03 {BASIS}",
        r"--te 0\.03 cannot be right: it is in ms",
    ),
    "basis of a frequency in Hz": (
        f"basis simulate --sequence press --te 30 {BASIS} --mhz 123e6",
        r"--mhz 1\.23e\+08 cannot be right: it is in MHz",
    ),
    "basis with a mixing time too many": (
        f"basis simulate --sequence press --te 30 --tm 10 {BASIS}",
        r"--tm goes with --sequence steam, not with press",
    ),
    "basis of no metabolites": (
        f"basis simulate --sequence press --te 30 {BASIS} --metabolites ,",
        r"--metabolites ',' names nothing",
    ),
    "basis without a folder": (
        f"basis simulate --sequence press --te 30 {BASIS} --out none/b.BASIS",
        r"no folder none for b\.BASIS",
    ),
    "basis without a dwell time": (
        "basis simulate --sequence press --te 30 --mhz 123 --dwell 0 --points 512 "
        "--out b.BASIS",
        r"--dwell 0: give a number above 0",
    ),
    "basis of an unknown metabolite": (
        "basis simulate --sequence press --te 30 --mhz 123 --dwell 5e-4 --points 512 "
        "--metabolites Foo --out b.BASIS",
        r"No spin system of Foo",
    ),
    "keys below a file": ("keys file/keys", r"file.keys"),
}
