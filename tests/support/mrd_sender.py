"""An MRD client for tests: frames written by the `ismrmrd` package, sent by us."""

import contextlib
import io
import socket
import struct
import time

import ismrmrd
import numpy as np

CLOSE = struct.pack("<H", 4)

XML = """<?xml version="1.0"?>
<ismrmrdHeader xmlns="http://www.ismrm.org/ISMRMRD">
  <subjectInformation>
    <patientName>{name}</patientName><patientWeight_kg>81.5</patientWeight_kg>
    <patientID>ID-{name}</patientID><patientBirthdate>{birth}</patientBirthdate>
    <patientGender>F</patientGender>
  </subjectInformation>
  <studyInformation>
    <studyDate>2026-11-23</studyDate><studyID>{name}-study</studyID>
    <accessionNumber>ACC{name}</accessionNumber>
    <referringPhysicianName>Dr {name}</referringPhysicianName>
    <studyDescription>of {name}, born {birth}</studyDescription>
    <studyInstanceUID>1.2.3.{name}</studyInstanceUID>
  </studyInformation>
  <measurementInformation>
    <measurementID>M-{name}</measurementID><patientPosition>HFS</patientPosition>
    <protocolName>{protocol}</protocolName>
  </measurementInformation>
  <acquisitionSystemInformation>
    <systemVendor>{vendor}</systemVendor><systemModel>Prisma</systemModel>
    <institutionName>Ward of {name}</institutionName>
  </acquisitionSystemInformation>
  <experimentalConditions>
    <H1resonanceFrequency_Hz>123250000</H1resonanceFrequency_Hz>
  </experimentalConditions>
  <encoding>
    <encodedSpace>
      <matrixSize><x>{received}</x><y>{lines}</y><z>1</z></matrixSize>
      <fieldOfView_mm><x>20</x><y>20</y><z>20</z></fieldOfView_mm>
    </encodedSpace>
    <reconSpace>
      <matrixSize><x>{points}</x><y>{lines}</y><z>1</z></matrixSize>
      <fieldOfView_mm><x>20</x><y>20</y><z>20</z></fieldOfView_mm>
    </reconSpace>
    <encodingLimits>
      <average><minimum>0</minimum><maximum>{last}</maximum><center>0</center></average>
      <repetition><minimum>0</minimum><maximum>0</maximum><center>0</center></repetition>
    </encodingLimits>
    <trajectory>other</trajectory>
  </encoding>
  <sequenceParameters>
    {tr}{te}<sequence_type>svs_se</sequence_type>
  </sequenceParameters>
  <userParameters>
    <userParameterLong><name>SpecVectorSize</name><value>{points}</value></userParameterLong>
    {dwell}
    <userParameterString><name>PatientComment</name><value>{name}</value></userParameterString>
  </userParameters>
</ismrmrdHeader>"""

DWELL_MS = (
    "<userParameterDouble><name>DwellTime_0</name><value>{}</value>"
    "</userParameterDouble>"
)


def header(**changes):
    """An XML header as FIRE sends it, for 2 x 64 points each 0.25 ms."""
    values = {
        "name": "Testperson", "birth": "1970-02-03", "protocol": "svs_se_30",
        "vendor": "SIEMENS", "received": 128, "points": 64, "lines": 1, "last": 5,
        "tr": "<TR>2000</TR>", "te": "<TE>30</TE>", "dwell": DWELL_MS.format(0.25),
    }  # fmt: skip
    return XML.format(**{**values, **changes})


def received(count, coils=2, points=128):
    """Samples that no other acquisition has."""
    rng = np.random.default_rng(count)
    shape = (coils, points)
    return (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype(np.complex64)


def acquisition(count, samples=None, ticks_per_tr=800, first=1000, **head):
    """An acquisition, one TR after the one before."""
    samples = received(count) if samples is None else samples
    flags = head.pop("flags", ())
    idx = head.pop("idx", {})
    made = ismrmrd.Acquisition.from_array(samples)
    made.sample_time_us = 250.0
    made.scan_counter = count + 1
    made.acquisition_time_stamp = (first + ticks_per_tr * count) % 34_560_000
    made.idx.average = count % 65536
    for key, value in head.items():
        setattr(made, key, value)
    for key, value in idx.items():
        setattr(made.idx, key, value)
    for flag in flags:
        made.set_flag(flag)
    return made


def waveform(levels, stamp, waveform_id=3, sample_time_us=2500.0):
    made = ismrmrd.Waveform.from_array(np.asarray([levels], np.uint32))
    made.waveform_id = waveform_id
    made.time_stamp = stamp
    made.sample_time_us = sample_time_us
    return made


def framed(number, item):
    """A message of something that `ismrmrd` serialises."""
    into = io.BytesIO()
    into.write(struct.pack("<H", number))
    item.serialize_into(into.write)
    return into.getvalue()


def acquisition_bytes(*args, **kwargs):
    return framed(1008, acquisition(*args, **kwargs))


def text_bytes(number, text):
    content = text.encode() + b"\0"
    return struct.pack("<HI", number, len(content)) + content


def config_bytes(name="spectroscopy"):
    return struct.pack("<H1024s", 1, name.encode())


def opening(**changes):
    return config_bytes() + text_bytes(3, header(**changes))


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def send(port, *messages, close=True, pace_s=0.0):
    """Send a series and wait for the answer to CLOSE; returns that answer."""
    with connect(port) as connection:
        for message in messages:
            connection.sendall(message)
            if pace_s:
                time.sleep(pace_s)
        if not close:
            return b""
        connection.sendall(CLOSE)
        return answer(connection)


def answer(connection):
    """What the server says until it closes."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while received_now := connection.recv(1024):
            said += received_now
    return said
