"""Takes out of an image's root what a running service does not need: shells, package managers, installers, tests. Runs once, in the build.

Standard library only. Deletes under / and is of no use anywhere else; hence the word that it wants.
"""

import shutil
import sys
import sysconfig
from pathlib import Path

CONFIRMATION = "--this-is-an-image"
SHELLS = "sh bash rbash dash bashbug perl* cpan*"
INSTALLERS = "apt* dpkg* deb* update-* pip* uv* idle* pydoc* 2to3*"
FOR_ROOT = "su mount umount chsh chfn passwd gpasswd newgrp login useradd usermod groupadd chroot unshare nsenter setpriv"
PROGRAMS = f"{SHELLS} {INSTALLERS} {FOR_ROOT}"
FOLDERS = "var/lib/apt var/lib/dpkg/info var/cache var/log usr/share/doc usr/share/man usr/share/locale usr/share/perl* usr/lib/*/perl* etc/apt"
OF_PYTHON = "ensurepip idlelib lib2to3 pydoc_data tkinter turtledemo test site-packages/pip* site-packages/setuptools* site-packages/wheel*"


def main() -> None:
    """Delete."""
    if CONFIRMATION not in sys.argv:
        sys.exit(f"this deletes programs under /; it wants {CONFIRMATION}")
    for folder in ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"):
        for pattern in PROGRAMS.split():
            for program in Path(folder).glob(pattern):
                program.unlink(missing_ok=True)
    library = Path(sysconfig.get_paths()["stdlib"])
    found = [path for pattern in FOLDERS.split() for path in Path("/").glob(pattern)]
    found += [path for pattern in OF_PYTHON.split() for path in library.glob(pattern)]
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
