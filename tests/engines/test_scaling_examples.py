"""The examples of docs/scaling.md: shells read them, Slurm and Kubernetes know their fields, vconv their options."""

import os
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
from vconv.training import cluster

FOLDER = Path(__file__).parents[2] / "docs" / "scaling"
SBATCH = (FOLDER / "extract.sbatch").read_text(encoding="utf-8")
JOB = yaml.safe_load((FOLDER / "extract-job.yaml").read_text(encoding="utf-8"))
TRAIN_SBATCH = (FOLDER / "train.sbatch").read_text(encoding="utf-8")
SERVICE, TRAIN_JOB = yaml.safe_load_all((FOLDER / "train-job.yaml").read_text(encoding="utf-8"))
JOBS = [JOB, TRAIN_JOB]
SCRIPTS = [job["spec"]["template"]["spec"]["containers"][0]["command"][2] for job in JOBS]
PARSER = cli.parser()
# Options of sbatch, with what their values look like.
OPTIONS = {
    "job-name": r"[\w-]+",
    "array": r"\d+-\d+(%\d+)?",
    "nodes": r"\d+",
    "ntasks": r"\d+",
    "ntasks-per-node": r"1",
    "cpus-per-task": r"\d+",
    "mem": r"\d+[KMGT]?",
    "time": r"(\d+-)?\d{1,2}:\d{2}:\d{2}",
    "open-mode": r"append|truncate",
    "output": r"\S*%[aj]\S*",
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
    "spec.template.spec": {
        *("containers", "initContainers", "nodeSelector", "restartPolicy", "subdomain", "tolerations", "volumes"),
    },
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


@pytest.mark.parametrize("text", [SBATCH, SCRIPT, TRAIN_SBATCH, *SCRIPTS])
def test_shells_read_the_scripts(text):
    for shell in "sh", "bash":
        if shutil.which(shell):
            checked = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True)
            assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("text", [SBATCH, SCRIPT, TRAIN_SBATCH])
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


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job["metadata"]["name"])
def test_kubernetes_knows_the_fields(job):
    checked = [(place, name) for place, name in fields(job) if place in FIELDS]
    assert len(checked) > 20 and all(name in FIELDS[place] for place, name in checked), checked
    assert (job["apiVersion"], job["kind"], job["spec"]["completionMode"]) == ("batch/v1", "Job", "Indexed")
    pod = job["spec"]["template"]["spec"]
    # backoffLimitPerIndex allows nothing but Never. A worker that failed must be started again with its number.
    assert pod["restartPolicy"] == ("Never" if "backoffLimitPerIndex" in job["spec"] else "OnFailure")
    mounted = {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_the_job_does_every_part_once():
    count = JOB["spec"]["completions"]
    command = SCRIPTS[0]
    parts = []
    for index in range(count):
        number = {"$((JOB_COMPLETION_INDEX + 1))": str(index + 1), "$JOB_COMPLETION_INDEX": str(index)}
        parts.append(Part.parse(vconv_options(command, **number).shard))
    assert parts == [(number, count) for number in range(1, count + 1)]


DOUBLES = {  # programs that the scripts call
    "vconv": """printf '%s|%s\\n' "$TF_CONFIG" "$*" """,
    "scontrol": """test "$1" = show && printf '%s\\n' node1 node2 node3 node4""",
    "srun": """shift; for SLURM_PROCID in 0 1 2 3; do export SLURM_PROCID; "$@"; done""",
}


def workers(script, folder, monkeypatch, **variables):
    """Run a script with doubles of its programs; return the cluster and the options that each call of vconv sees."""
    for name, text in DOUBLES.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"} | variables
    run = subprocess.run(["sh"], input=script, env=environment, capture_output=True, text=True, check=True)
    found = []
    for line in run.stdout.splitlines():
        text, _, arguments = line.rpartition("|")
        monkeypatch.setenv(cluster.VARIABLE, text)
        found.append((cluster.from_environment(), PARSER.parse_args(arguments.split())))
    return found


def check_workers(found, addresses):
    """Check that there is one worker for each address, that they are numbered, and that all train into one run."""
    assert [workers for workers, _ in found] == [(tuple(addresses), index) for index in range(len(addresses))]
    assert {options.strategy for _, options in found} == {"multi-worker"} and len({str(o) for _, o in found}) == 1


def test_slurm_starts_one_worker_on_each_node(tmp_path, monkeypatch):
    found = workers(TRAIN_SBATCH, tmp_path, monkeypatch, SLURM_JOB_NODELIST="node[1-4]", SLURM_JOB_ID="7")
    assert re.search(r"--nodes=4$", TRAIN_SBATCH, re.M)
    check_workers(found, [f"node{number}:2222" for number in (1, 2, 3, 4)])


def test_kubernetes_starts_one_worker_in_each_pod(tmp_path, monkeypatch):
    count, name = TRAIN_JOB["spec"]["completions"], TRAIN_JOB["metadata"]["name"]
    assert TRAIN_JOB["spec"]["parallelism"] == count, "the workers wait for each other"
    found = [
        worker
        for index in range(count)
        for worker in workers(SCRIPTS[1], tmp_path, monkeypatch, JOB_COMPLETION_INDEX=str(index))
    ]
    service = SERVICE["metadata"]["name"]
    check_workers(found, [f"{name}-{index}.{service}:2222" for index in range(count)])
    assert TRAIN_JOB["spec"]["template"]["spec"]["subdomain"] == service
    assert SERVICE["spec"] == {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": {"job-name": name}}
