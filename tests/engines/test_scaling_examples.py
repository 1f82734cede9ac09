"""The examples of docs/scaling.md: shells read them, Slurm and Kubernetes know their fields, vconv their options."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from vconv.commands import cli
from vconv.engines.shards import Part
from vconv.engines.slurm import SCRIPT

FOLDER = Path(__file__).parents[2] / "docs" / "scaling"
SBATCH = (FOLDER / "extract.sbatch").read_text(encoding="utf-8")
JOB = yaml.safe_load((FOLDER / "extract-job.yaml").read_text(encoding="utf-8"))
PARSER = cli.parser()
# Options of sbatch, with what their values look like.
OPTIONS = {
    "job-name": r"[\w-]+",
    "array": r"\d+-\d+(%\d+)?",
    "ntasks": r"\d+",
    "cpus-per-task": r"\d+",
    "mem": r"\d+[KMGT]?",
    "time": r"(\d+-)?\d{1,2}:\d{2}:\d{2}",
    "output": r"\S*%a\S*",
}
# Fields of batch/v1 Job and of the objects in it, as the reference of Kubernetes 1.29 names them.
FIELDS = {
    "": {"apiVersion", "kind", "metadata", "spec", "status"},
    "spec": {
        *("activeDeadlineSeconds", "backoffLimit", "backoffLimitPerIndex", "completionMode", "completions"),
        *("manualSelector", "maxFailedIndexes", "parallelism", "podFailurePolicy", "podReplacementPolicy"),
        *("selector", "suspend", "template", "ttlSecondsAfterFinished"),
    },
    "spec.template": {"metadata", "spec"},
    "spec.template.spec": {"containers", "initContainers", "nodeSelector", "restartPolicy", "tolerations", "volumes"},
    "spec.template.spec.containers": {
        *("args", "command", "env", "envFrom", "image", "imagePullPolicy", "name", "resources", "securityContext"),
        *("volumeMounts", "workingDir"),
    },
    "spec.template.spec.containers.resources": {"claims", "limits", "requests"},
    "spec.template.spec.containers.volumeMounts": {"mountPath", "name", "readOnly", "subPath"},
    "spec.template.spec.volumes": {"name", "persistentVolumeClaim", "emptyDir", "hostPath", "configMap", "nfs"},
    "spec.template.spec.volumes.persistentVolumeClaim": {"claimName", "readOnly"},
}


def fields(value, place=""):
    """Yield (place, name) of each field of nested mappings and lists."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            for name, below in item.items():
                yield place, name
                yield from fields(below, f"{place}.{name}".strip("."))


def vconv_options(line, **variables):
    """Return the options of the vconv command in a shell line, with the variables replaced."""
    for name, value in variables.items():
        line = line.replace(name, value)
    words = shlex.split(line.replace("\\\n", " "))
    return PARSER.parse_args(words[words.index("vconv") + 1 :])


@pytest.mark.parametrize("text", [SBATCH, SCRIPT, JOB["spec"]["template"]["spec"]["containers"][0]["command"][2]])
def test_shells_read_the_scripts(text):
    for shell in "sh", "bash":
        if shutil.which(shell):
            checked = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True)
            assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("text", [SBATCH, SCRIPT])
def test_slurm_knows_the_options(text):
    lines = re.findall(r"^#SBATCH (.*)$", text, re.M)
    assert len(lines) >= 3
    for line in lines:
        name, value = re.fullmatch(r"--([a-z-]+)=(.*)", line).groups()
        assert re.fullmatch(OPTIONS[name], value), line


def test_the_array_does_every_part_once():
    first, last = map(int, re.search(r"--array=(\d+)-(\d+)", SBATCH).groups())
    command = SBATCH[SBATCH.index("exec ") :]
    parts = [
        Part.parse(vconv_options(command, **{"$SLURM_ARRAY_TASK_ID": str(n)}).shard) for n in range(first, last + 1)
    ]
    assert parts == [(number, len(parts)) for number in range(1, len(parts) + 1)]


def test_kubernetes_knows_the_fields():
    checked = [(place, name) for place, name in fields(JOB) if place in FIELDS]
    assert len(checked) > 20 and all(name in FIELDS[place] for place, name in checked), checked
    assert (JOB["apiVersion"], JOB["kind"], JOB["spec"]["completionMode"]) == ("batch/v1", "Job", "Indexed")
    pod = JOB["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never", "backoffLimitPerIndex allows nothing else"
    mounted = {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_the_job_does_every_part_once():
    count = JOB["spec"]["completions"]
    command = JOB["spec"]["template"]["spec"]["containers"][0]["command"][2]
    parts = []
    for index in range(count):
        number = {"$((JOB_COMPLETION_INDEX + 1))": str(index + 1), "$JOB_COMPLETION_INDEX": str(index)}
        parts.append(Part.parse(vconv_options(command, **number).shard))
    assert parts == [(number, count) for number in range(1, count + 1)]
