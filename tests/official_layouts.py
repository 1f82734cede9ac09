"""Small archives in exactly the layout of the official ones, with what is in the way there; synthetic recordings."""

import io

import soundfile
from archive_host import make_tar, make_zip
from voice import voice

SECONDS = 0.4


def sound(name, rate):
    """Return a vowel as the bytes of an audio file; its F0 depends on the folder, its formants on the file.

    It is synthesized at a fraction of `rate`, because the time grows with the square of the rate.
    """
    folder, _, file = name.rpartition("/")
    number = sum(file.encode())
    formants_hz = (500 + 13 * (number % 30), 1200 + 17 * (number % 23), 2500)
    buffer = io.BytesIO()
    repeats = rate // 11025
    y = voice(110 + sum(folder.encode()) % 130, SECONDS, rate // repeats, formants_hz).repeat(repeats)
    soundfile.write(buffer, y, rate, format=name.rpartition(".")[2])
    return buffer.getvalue()


def sounds(rate, *names):
    """Return {name: bytes of an audio file}."""
    return {name: sound(name, rate) for name in names}


def litter(root):
    """Return what file managers leave in an archive."""
    return {f"{root}/.DS_Store": b"?", f"__MACOSX/{root}/._x.wav": b"?"}


def vcc2018(folder):
    sources = [f"VCC2S{sex}{number}" for sex in "FM" for number in range(1, 5)]
    targets = [f"VCC2T{sex}{number}" for sex in "FM" for number in (1, 2)]
    first = {name: 20000 if name in ("VCC2SF3", "VCC2SF4", "VCC2SM3", "VCC2SM4") else 10000 for name in sources}
    training = [f"{name}/{first.get(name, 10000) + n}.wav" for name in sources + targets for n in (1, 81)]
    for archive, root, names in (
        ("training", "vcc2018_training", training),
        ("evaluation", "vcc2018_evaluation", [*(f"{name}/30001.wav" for name in sources), "VCC2SF9/30001.wav"]),
        ("reference", "vcc2018_reference", [f"{name}/30001.wav" for name in targets]),
    ):
        files = sounds(22050, *(f"{root}/{name}" for name in names))
        make_zip(folder / f"vcc2018_database_{archive}.zip", files | litter(root))
    texts = {"scripts/30001.txt": b"What was said.\n", "scripts/30002.txt": b"Nobody read this.\n"}
    make_tar(folder / "vcc2018_database_evaluation_transcriptions.tar.gz", texts)


def vcc2020(folder):
    sources, task1 = [("SEF1", "E"), ("SEM1", "E")], [("TEF1", "E"), ("TEM1", "E")]
    task2 = [("TFF1", "F"), ("TGM1", "G"), ("TMM1", "M")]
    for archive, root, speakers, numbers in (
        ("training_source", "source", sources, (10001, 10051)),
        ("training_target_task1", "target_task1", task1, (10051, 20001)),
        ("training_target_task2", "target_task2", task2, (10001, 10070)),
        ("evaluation", "vcc2020_database_evaluation", sources, (30001,)),
        ("groundtruth", "vcc2020_database_groundtruth", task1 + task2, (30001,)),
    ):
        names = [f"{root}/{speaker}/{letter}{number}.wav" for speaker, letter in speakers for number in numbers]
        make_zip(folder / f"vcc2020_database_{archive}.zip", sounds(24000, *names) | litter(root))


def cmu_arctic(folder):
    for speaker in ("bdl", "clb", "rms", "slt"):
        root = f"cmu_us_{speaker}_arctic"
        names = ("arctic_a0001", "arctic_a0593", "arctic_b0001", "arctic_b0300", "arctic_b0539")
        files = sounds(16000, *(f"{root}/wav/{name}.wav" for name in names), f"{root}/orig/arctic_a0001.wav")
        files |= {f"{root}/etc/txt.done.data": b'( arctic_b0539 "Ten o\'clock." )\n', f"{root}/COPYING": b"free"}
        make_tar(folder / f"{root}.tar.bz2", files)


def vctk(folder):
    root, files = "wav48_silence_trimmed", {"README.txt": b"VCTK", "wav48_silence_trimmed/log.txt": b"log"}
    for speaker in ("p225", "p226", "p227", "p228", "p229", "p230", "p231", "p232", "p237", "p243", "p280", "p315"):
        for number in ("001", "025", "366"):
            place = f"{root}/{speaker}/{speaker}_{number}"
            files |= sounds(48000, f"{place}_mic1.flac")
            if speaker not in ("p280", "p315"):
                files[f"{place}_mic2.flac"] = files[f"{place}_mic1.flac"]
            if speaker != "p315":
                files[f"txt/{speaker}/{speaker}_{number}.txt"] = b"Please call Stella.\n"
    make_zip(folder / "VCTK-Corpus-0.92.zip", files)


def librispeech(folder):
    women = ("19", "32", "39", "40", "83", "87", "103", "125", "150", "198")
    men = ("26", "27", "60", "78", "118", "163", "196", "201", "233", "254")
    files = {"LibriSpeech/SPEAKERS.TXT": b"; ID | SEX\n", "LibriSpeech/README.TXT": b"?"}
    for number, speaker in enumerate((*women, *men, "911")):
        for chapter in (f"{1000 + number}", f"{2000 + number}"):
            place = f"LibriSpeech/train-clean-100/{speaker}/{chapter}/{speaker}-{chapter}"
            files |= sounds(16000, f"{place}-0000.flac")
            files[f"{place}.trans.txt"] = f"{speaker}-{chapter}-0000 HE'S HERE\n".encode()
    make_tar(folder / "train-clean-100.tar.gz", files)


LAYOUTS = {maker.__name__: maker for maker in (vcc2018, vcc2020, cmu_arctic, vctk, librispeech)}
