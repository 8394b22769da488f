"""Downloads models as the entry point of KServe's storage initializer does: pairs of an address and a folder.

See https://github.com/kserve/kserve/blob/master/python/storage-initializer/scripts/initializer-entrypoint (read 2026-11).
Only http(s) works: the clouds' SDKs are in KServe's own image.
"""

import sys
import tarfile

if not hasattr(tarfile, "data_filter"):
    # kserve_storage unpacks with a filter, which Debian 12's Python does not have yet.
    from backports import tarfile

    sys.modules["tarfile"] = tarfile

from kserve_storage import Storage
from kserve_storage.logging import configure_logging, logger


def main(args: list[str]) -> int:
    if not args or len(args) % 2 != 0:
        print("usage: entrypoint.py <uri> <folder> [<uri> <folder> ...]", file=sys.stderr)
        return 1
    configure_logging()
    uris, folders = args[0::2], args[1::2]
    logger.info("Initializing, args: (src_uri, dest_path): %s", list(zip(uris, folders)))
    try:
        Storage.download_files(uris, folders)
    except ImportError as error:
        logger.error("%s: this image takes http(s) only; s3, gs and azure need KServe's own image", error)
        return 1
    except Exception as error:
        logger.error("Storage initialization failed: %s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
