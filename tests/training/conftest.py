"""The scripts here need libraries the project does not depend on: the test run leaves them alone."""

collect_ignore_glob = ["*.py"]
