"""What pyproject.toml cannot say: a wheel carries the SQL, the contracts and the DAGs beside the package."""

from pathlib import Path
from shutil import copytree, ignore_patterns, rmtree

from setuptools import setup
from setuptools.command.build_py import build_py

# pipelines/settings.py looks for them there.
CARRIED = "safeguarding_kpis"


class BuildWithProject(build_py):
    """In an editable installation there is nothing to carry: the files are read where they are."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            carried = Path(self.build_lib) / CARRIED
            rmtree(carried, ignore_errors=True)
            for folder in ("sql", "expectations", "dags"):
                copytree(folder, carried / folder, ignore=ignore_patterns("__pycache__"))


setup(cmdclass={"build_py": BuildWithProject})
