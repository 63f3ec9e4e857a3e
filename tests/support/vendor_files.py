"""Small files of the vendors' kinds, written by the facts of their formats.

Every field about a person holds `PERSON`.  FIDs are given as NIfTI-MRS stores them;
what a format stores as the conjugate is conjugated here.
"""

import ctypes
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PERSON = "Mustermann"
POINTS = 16
FIDs = NDArray[np.complex64]

SPAR = f"""! Philips
examination_name : {PERSON}^Erika
patient_name : {PERSON}^Erika
patient_birth_date : 1964.08.12
patient_position : "head_first"
patient_orientation : "supine"
scan_id : press
samples : {POINTS}
rows : {{rows}}
synthesizer_frequency : 127786142
offset_frequency : 0
sample_frequency : 2000
echo_time : 30
repetition_time : 2000
spectrum_inversion_time : 0
nucleus : 1H
volume_selection_enable : "yes"
ap_size : 30
lr_size : 25
cc_size : 20
ap_off_center : 1
lr_off_center : 2
cc_off_center : 3
ap_angulation : 0
lr_angulation : 0
cc_angulation : 0
"""


def noise(*shape: int, seed: int = 0) -> FIDs:
    """Complex noise (..., points)."""
    values = np.random.default_rng(seed).standard_normal((2, *shape, POINTS))
    return (values[0] + 1j * values[1]).astype(np.complex64)


def floats(fids: FIDs) -> bytes:
    """Real and imaginary parts in turn, little-endian."""
    return np.ascontiguousarray(fids, "<c8").tobytes()


def vax(values: np.ndarray) -> bytes:
    """VAX F floats: four times the IEEE number, 16-bit words swapped."""
    words = np.frombuffer((4 * values).astype("<f4").tobytes(), "<u2").reshape(-1, 2)
    return words[:, ::-1].astype("<u2").tobytes()


def data_list(folder: Path, metabolites: FIDs, water: FIDs, rest: FIDs) -> Path:
    """Philips data/list: (n, coils, points) of mix 0 and of mix 1, and noise."""
    rows, content = [], b""
    blocks = [("NOI", 0, 0, coil, rest[coil]) for coil in range(len(rest))]
    for mix, fids in enumerate((metabolites, water)):
        blocks += [
            ("STD", mix, n, coil, fids[n, coil].conj())
            for n in range(len(fids))
            for coil in range(fids.shape[1])
        ]
    for kind, mix, n, coil, fid in blocks:
        before = [mix, 0, 0, 0, 0, coil, 0, 0, 0, 0, 0, n]
        after = [1, 0, 0, 0, 0, 0, 8 * POINTS, len(content)]
        rows.append("  ".join([kind, *map(str, (*before, *after))]))
        content += floats(fid)
    (folder / "raw.data").write_bytes(content)
    (folder / "raw.list").write_text("# === header\n" + "\n".join(rows) + "\n")
    (folder / "raw.SPAR").write_text(SPAR.format(rows=len(metabolites)))
    return folder / "raw.data"


RDA = f"""PatientName: {PERSON}^Erika
PatientID: {PERSON}
PatientSex: F
PatientBirthDate: 19640812
PatientWeight: 61.250000
DeviceSerialNumber: 4711
SoftwareVersion[0]: syngo MR E11
InstitutionName: {PERSON} Clinic
ModelName: Prisma
TransmitCoil: Body
SequenceName: svs_se
ProtocolName: {PERSON}
PatientPosition: HFS
TR: 2000.000000
TE: 30.000000
TM: 0.000000
TI: 0.000000
FlipAngle: 90.000000
DwellTime: 500
MRFrequency: 123.251234
Nucleus: 1H
VectorSize: {POINTS}
CSIMatrixSize[0]: 1
CSIMatrixSize[1]: 1
CSIMatrixSize[2]: 1
VOIPositionSag: 1.0
VOIPositionCor: 2.0
VOIPositionTra: 3.0
RowVector[0]: 1.0
RowVector[1]: 0.0
RowVector[2]: 0.0
ColumnVector[0]: 0.0
ColumnVector[1]: 1.0
ColumnVector[2]: 0.0
PixelSpacingRow: 20.0
PixelSpacingCol: 25.0
SliceThickness: 30.0
"""


def rda(folder: Path, fid: FIDs) -> Path:
    """Siemens rda: a text header and doubles, as NIfTI-MRS stores them."""
    head = f">>> Begin of header <<<\n{RDA}>>> End of header <<<\n"
    path = folder / "scan.rda"
    path.write_bytes(head.replace("\n", "\r\n").encode() + fid.astype("<c16").tobytes())
    return path


def _dicom(manufacturer: str, fid: bytes) -> Any:
    """What an enhanced MR spectroscopy object of either vendor has."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.sequence import Sequence
    from pydicom.uid import ExplicitVRLittleEndian

    def item(**fields: object) -> Any:
        made = Dataset()
        for name, value in fields.items():
            setattr(made, name, value)
        return Sequence([made])

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4.2"
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    found = Dataset()
    found.file_meta = meta
    found.SOPClassUID = meta.MediaStorageSOPClassUID
    found.SOPInstanceUID = "1.2.3"
    found.Manufacturer = manufacturer
    found.ManufacturerModelName = "Prisma"
    found.SoftwareVersions = "XA30"
    found.PatientName = f"{PERSON}^Erika"
    found.PatientID = PERSON
    found.PatientBirthDate = "19640812"
    found.PatientSex = "F"
    found.PatientPosition = "HFS"
    found.SeriesDescription = PERSON
    found.ProtocolName = PERSON
    found.InstitutionName = PERSON
    found.PulseSequenceName = "svs_se"
    found.SeriesNumber = 1
    found.TransmitterFrequency = 123.251234
    found.ResonantNucleus = "1H"
    found.SpectralWidth = 2000.0
    found.NumberOfFrames = 1
    found.Rows = found.Columns = 1
    found.DataPointColumns = POINTS
    shared, frame = Dataset(), Dataset()
    timing = item(RepetitionTime=2000.0, FlipAngle=90.0)
    shared.MRSpectroscopyFOVGeometrySequence = item(
        SpectroscopyAcquisitionPhaseRows=1,
        SpectroscopyAcquisitionPhaseColumns=1,
        SpectroscopyAcquisitionOutOfPlanePhaseSteps=1,
    )
    for place in (shared, frame):
        place.MREchoSequence = item(EffectiveEchoTime=30.0)
        place.MRTimingAndRelatedParametersSequence = timing
    shared.PixelMeasuresSequence = item(PixelSpacing=[20.0, 25.0], SliceThickness=30.0)
    shared.MRTransmitCoilSequence = item(TransmitCoilName="Body")
    shared.MRReceiveCoilSequence = item(ReceiveCoilName="Head")
    frame.PlaneOrientationSequence = item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    frame.PlanePositionSequence = item(ImagePositionPatient=[1.0, 2.0, 3.0])
    found.SharedFunctionalGroupsSequence = Sequence([shared])
    found.PerFrameFunctionalGroupsSequence = Sequence([frame])
    found.add_new((0x5600, 0x0020), "OF", fid)
    return found


def siemens_dicom(path: Path, fid: FIDs, number: int) -> Path:
    """One instance of a Siemens (XA) series: the stored numbers are conjugates."""
    made = _dicom("SIEMENS", floats(fid.conj()))
    made.InstanceNumber = number
    made.save_as(path, enforce_file_format=True)
    return path


def philips_dicom(path: Path, metabolites: FIDs, water: FIDs) -> Path:
    """Philips: both halves in one object, conjugates."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    both = np.concatenate([metabolites.conj(), water.conj()])
    made = _dicom("Philips Medical Systems", floats(both))
    made.SoftwareVersions = "5.7.1"
    made.NumberOfFrames = 2
    made.SpectroscopyAcquisitionDataColumns = POINTS
    made.WaterReferencedPhaseCorrection = "YES"
    made.add_new((0x0008, 0x9209), "CS", "SPECTROSCOPY")
    slabs = []
    for orientation, thickness in (([1, 0, 0], 20), ([0, 1, 0], 25), ([0, 0, 1], 30)):
        slab = Dataset()
        slab.SlabOrientation = orientation
        slab.SlabThickness = thickness
        slab.MidSlabPosition = [1.0, 2.0, 3.0]
        slabs.append(slab)
    made.VolumeLocalizationSequence = Sequence(slabs)
    made.VolumeLocalizationTechnique = "PRESS"
    made.InstanceNumber = 1
    made.save_as(path, enforce_file_format=True)
    return path


def ge_pfile(path: Path, metabolites: FIDs, water: FIDs) -> Path:
    """GE P-file of PROBE-P, revision 26.002: (n, coils, points), whole numbers.

    The offsets of the fields are spec2nii's own; what is tested is the way through.
    """
    from spec2nii.GE.ge_hdr_fields import get_pfile_hdr_fields

    class Head(ctypes.LittleEndianStructure):
        _pack_ = 1
        if sys.version_info >= (3, 13):
            _layout_ = "ms"
        _fields_ = get_pfile_hdr_fields(26.002)

    fids = np.concatenate([water, metabolites])
    _, coils, points = fids.shape
    whole = np.stack([fids.real, fids.imag], -1).astype("<i4")
    empty = np.zeros((1, points, 2), "<i4")
    content = b"".join(
        empty.tobytes() + np.ascontiguousarray(whole[:, coil]).tobytes()
        for coil in range(coils)
    )
    named = {
        "rhr_rh_rdbm_rev": 26.002, "rhr_rdb_hdr_off_data": 213_684,
        "rhr_rh_point_size": 4, "rhr_rh_frame_size": points,
        "rhr_rh_raw_pass_size": len(content), "rhr_rh_dab[0]_stop_rcv": coils - 1,
        "rhr_spectral_width": 2000.0, "rhr_rh_ps_mps_freq": 1_277_861_420,
        "rhr_xcsi": 1, "rhr_ycsi": 1, "rhr_zcsi": 1, "rhr_csi_dims": 0,
        "rhe_magstrength": 30_000, "rhi_te": 30_000, "rhi_tr": 2_000_000,
        "rhi_nex": 16 / len(water), "rhi_numecho": 2,
        "rhi_user4": 16 / len(water) * len(metabolites),
        "rhi_user8": 20.0, "rhi_user9": 25.0, "rhi_user10": 30.0,
        "rhi_psdname": b"PROBE-P", "rhi_trhc_R": 1.0, "rhi_brhc_R": 1.0,
        "rhi_brhc_A": 1.0, "rhe_patname": PERSON.encode(),
        "rhe_dateofbirth": b"19640812", "rhe_hospname": PERSON.encode(),
        "rhs_se_desc": PERSON.encode(), "rhe_ex_sysid": b"MR750",
    }  # fmt: skip
    head = Head()
    for name, value in named.items():
        setattr(head, name, value)
    path.write_bytes(bytes(head).ljust(213_684, b"\0")[:213_684] + content)
    return path


def bruker(folder: Path, fid: FIDs) -> Path:
    """Bruker fid with the parameter files beside it: whole numbers, conjugates."""
    acqp = {
        "ACQ_dim": "1", "ACQ_dim_desc": "( 1 )\nSpectroscopic", "BF1": "400.13",
        "PULPROG": "( 64 )\n<STEAM.ppg>",
        "NUCLEUS": "( 8 )\n<1H>", "SW_h": "2000", "NI": "1", "NR": "1", "NA": "1",
        "ACQ_size": f"( 1 )\n{2 * POINTS}", "ACQ_sw_version": "( 65 )\n<PV 6.0.1>",
        "GO_raw_data_format": "GO_32BIT_SGN_INT", "BYTORDA": "little",
        "GO_block_size": "continuous", "ACQ_method": "( 15 )\n<Bruker:PRESS>",
        "NUC1": "( 8 )\n<1H>", "NSLICES": "1", "ACQ_phase_factor": "1",
        "ACQ_protocol_name": "( 64 )\n<PRESS>", "ACQ_scan_name": "( 64 )\n<PRESS>",
        "ACQ_experiment_mode": "SingleExperiment", "ACQ_ReceiverSelect": "( 1 )\nYes",
    }  # fmt: skip
    method = {
        "Method": "<Bruker:PRESS>", "PVM_EchoTime": "30", "PVM_RepetitionTime": "2000",
        "PVM_EncNReceivers": "1", "PVM_SpecMatrix": f"( 1 )\n{POINTS}",
        "PVM_SpecSWH": "( 1 )\n2000", "PVM_NAverages": "1", "PVM_NRepetitions": "1",
        "PVM_VoxArrSize": "( 1, 3 )\n20 25 30",
        "PVM_VoxArrPosition": "( 1, 3 )\n1 2 3",
        "PVM_VoxArrGradOrient": "( 1, 3, 3 )\n1 0 0 0 1 0 0 0 1",
        "PVM_FrqWorkOffsetPpm": "( 8 )\n0 0 0 0 0 0 0 0",
        "PVM_FrqRef": "( 8 )\n400.13 0 0 0 0 0 0 0",
        "PVM_DigNp": str(POINTS), "PVM_DigShift": "0",
        "PVM_FrqWork": "( 8 )\n400.13 0 0 0 0 0 0 0",
    }  # fmt: skip
    for name, fields in (("acqp", acqp), ("method", method)):
        lines = "".join(f"##${key}={value}\n" for key, value in fields.items())
        text = f"##TITLE=Parameter List\n##JCAMPDX=4.24\n{lines}##END=\n"
        (folder / name).write_text(text)
    whole = np.stack([fid.real, -fid.imag], -1).astype("<i4")
    (folder / "fid").write_bytes(whole.tobytes())
    return folder / "fid"
