"""Write TorchScript files that tell nothing of the machine that made them."""

import os
import warnings
import zipfile

import torch


def save(program, path: str) -> None:
    """`torch.jit.save` without the `.debug_pkl` records.

    Those hold the paths of the Python files of the machine that saved; a program
    loads and runs without them, and they are most of a small file.
    """
    program.save(path)
    reader = torch._C.PyTorchFileReader(path)
    # The writer adds these itself, or is told below.
    own = {".data/serialization_id", "byteorder", "version", ".format_version", ".storage_alignment"}
    names = [
        name
        for name in reader.get_all_records()
        if not name.endswith(".debug_pkl") and name not in own
    ]
    records = {name: reader.get_record(name) for name in names}
    version = reader.get_record("version")
    byteorder = reader.get_record("byteorder")
    del reader
    writer = torch._C.PyTorchFileWriter(path)
    # The writer would put its lowest version; the programs are of a later one.
    writer.set_min_version(int(version))
    for name, record in records.items():
        writer.write_record(name, record, len(record))
    writer.write_record("byteorder", byteorder, len(byteorder))
    writer.write_end_of_file()
    del writer
    written = torch._C.PyTorchFileReader(path).get_record("version")
    assert written == version, (written, version)


def drop_debug_records(folder: str) -> None:
    """Takes the `.debug_pkl` records out of every archive in a folder, and leaves all others as they are.

    For files that `save` can't write: with extra files, bytecode, or records made by hand, some of them there twice.
    """
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not zipfile.is_zipfile(path):
            continue
        with zipfile.ZipFile(path) as old:
            kept = [(item, old.read(item)) for item in old.infolist() if not item.filename.endswith(".debug_pkl")]
        with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as new:
            warnings.simplefilter("ignore")
            for item, data in kept:
                new.writestr(item, data, compress_type=item.compress_type)
