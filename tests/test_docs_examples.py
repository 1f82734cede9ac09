"""What the pages show is right: every command line is parsed, cheap ones are run, named things exist.

A block after the comment `<!-- not run: why -->` is left out.
"""

import argparse
import ast
import re
import shlex
import shutil
import subprocess
from importlib import import_module
from itertools import accumulate

import numpy as np
import pages
import pytest
import yaml
from pages import PAGES, REPOSITORY

from vconv import data, models
from vconv.alignment import match
from vconv.commands import cli
from vconv.common import config
from vconv.spectral_conversion.network import Network
from vconv.training import conversion_network

COMMANDS = [(place, words) for page in PAGES for place, words in pages.commands(page)]
OF_VCONV = [(place, words) for place, words in COMMANDS if words[0] == "vconv"]
CHEAP = {"info", "inspect-upsampling", "--help", "--version"}
RECIPE_MODELS = {"ljspeech": "melgan", "spectrogram-gan": "dcgan"}
RUN_FILES = ("network.onnx",)  # of a run folder, and no setting of the section `network`
INVENTED = re.compile("densevae|utterance_cepstrum")  # what docs/extend_*.md add
MADE = re.compile(r"/(exp|dump|generated|converted|downloads)\b|[A-Z]{3}")  # a path that a command makes, or NAME


def each(found):
    """Return the cases of `pytest.mark.parametrize` for [(place, words)]."""
    return [pytest.param(words, id=f"{place} {shlex.join(words)}"[:100]) for place, words in found]


def of_setting(model, assignments):
    """Check that a model has the settings of KEY=VALUE texts."""
    if not INVENTED.search(model) and not model.isupper():
        models.settings(model, config.parse_assignments(assignments))


@pytest.mark.parametrize("words", each(OF_VCONV))
def test_commands_are_understood(words):
    try:
        options = cli.parser().parse_args(words[1:])
    except SystemExit as end:
        assert end.code == 0  # --help and --version end, too
        return
    command = words[1]
    if command == "match":
        match.settings(config.parse_assignments(options.set))
    elif command in ("train", "info") and options.model:
        of_setting(options.model, options.set)
    elif command == "inspect-upsampling" and not options.config.endswith(".yaml"):
        of_setting(options.config, options.set)


@pytest.mark.parametrize("words", each((place, words) for place, words in COMMANDS if "recipes/" in words[1]))
def test_recipes_have_the_options_shown(words):
    if words[0] == "bash" and "NAME" not in words[1]:
        result = subprocess.run([*words, "--help"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        given = dict(zip(words[2:], words[3:], strict=False))
        model = given.get("--model", RECIPE_MODELS.get(words[1].split("/")[1], "matched"))
        of_setting(model, [value for key, value in zip(words, words[1:], strict=False) if key == "--set"])


@pytest.mark.parametrize("words", each((place, words) for place, words in OF_VCONV if words[1] in CHEAP))
def test_cheap_commands_run(words, tmp_path, monkeypatch):
    shutil.copytree(REPOSITORY / "docs" / "stacks", tmp_path / "docs" / "stacks")
    (tmp_path / "docs" / "images").mkdir()
    monkeypatch.chdir(tmp_path)
    if not any(word.isupper() or INVENTED.search(word) for word in words):
        try:
            assert cli.main(words[1:]) in (0, 1)  # 1: a stack with holes
        except SystemExit as end:
            assert end.code == 0


def option_strings(parser):
    """Return the options of a parser and of the parsers of its subcommands."""
    subs = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    below = [option_strings(sub) for action in subs for sub in action.choices.values()]
    return set(parser._option_string_actions).union(*below)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_options_named_in_the_text_exist(page):
    subs = next(action for action in cli.parser()._actions if isinstance(action, argparse._SubParsersAction)).choices
    known = {name: option_strings(sub) for name, sub in subs.items()}
    for span in pages.spans(page):
        name = re.match(r"vconv ([a-z][a-z-]+)", span)
        for option in re.findall(r"(?<![\w-])--[a-z-]+", span) if name else ():
            assert option in known[name[1]], span


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_settings_named_in_the_text_exist(page):
    of_models = [models.settings(name) for name in models.names()]
    sections = [(name, keys) for one in [*of_models, match.settings({})] for name, keys in one.items()]
    known = {f"{section}.{key}" for section, keys in sections if isinstance(keys, dict) for key in keys}
    named = {name.partition(".")[0] for name in known}
    for span in pages.spans(page):
        setting = re.match(r"(?:--set )?([a-z]+)\.[a-z_0-9]+(?==|$)", span)
        is_code = setting and (REPOSITORY / "vconv" / f"{setting[0].replace('.', '/')}.py").exists()
        if setting and setting[1] in named and not is_code and span not in RUN_FILES:
            assert setting[0].removeprefix("--set ") in known, span


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_files_and_code_named_exist(page):
    named = [*pages.spans(page), *(word for _, words in pages.commands(page) for word in words)]
    for name in (word for text in named for word in text.split()):
        if re.fullmatch(r"(vconv|tests|benchmarks|recipes|docs|data)/[\w./-]+", name):
            assert MADE.search(name) or INVENTED.search(name) or (REPOSITORY / name).exists(), name
        if re.fullmatch(r"vconv(\.\w+)+", name):
            resolve(name)


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name != "docs"], ids=str)
def test_links_outside_the_site_lead_somewhere(page):
    """Sphinx checks the links within `docs`."""
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


@pytest.mark.parametrize(
    "block", [block for page in PAGES for block in pages.blocks(page) if block.language == "python"]
)
def test_python_compiles_and_imports_what_exists(block):
    for node in ast.walk(ast.parse("\n".join(block.lines))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("vconv"):
            for alias in node.names:
                resolve(f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Attribute) and ast.unparse(node).startswith("vconv."):
            resolve(ast.unparse(node))


def resolve(name):
    """Return the module or what is in it; an error if it does not exist."""
    found = None
    for part in accumulate(name.split("."), "{}.{}".format):
        try:
            found = getattr(found, part.rpartition(".")[2])
        except AttributeError:
            found = import_module(part)
    return found


def example(page, language="python"):
    """Return the text of the first block of a language on a page of the folder `docs`."""
    blocks = pages.blocks(REPOSITORY / "docs" / page)
    return "\n".join(next(block.lines for block in blocks if block.language == language))


def test_the_model_of_extend_model_learns():
    settings, module = yaml.safe_load(example("extend_model.md", "yaml")), {}
    kind = data.kind(settings.pop("training_data"))
    exec(example("extend_model.md"), module)
    model = module["build"](settings=settings, **kind.sizes(bins=9, speakers=2, content_size=27))
    batch = np.zeros((4, 9), np.float32), np.array([0, 1, 1, 0], np.int32)
    assert set(model.train_step(batch)) == set(model.test_step(batch)) == {"loss", "reconstruction", "kl"}
    assert model(batch).shape == (4, 9) and len(model.networks) == 3
    network = Network(conversion_network.to_onnx(model, "densevae", ("Ann", "Bo"), 1))
    np.testing.assert_allclose(
        network(batch[0], network.embeddings[0])[[0, 3]], np.array(model(batch))[[0, 3]], atol=1e-5
    )


def test_the_encoder_of_extend_content_encodes():
    exec(example("extend_content.md"), module := {})
    encoder, acoustic = module["Content"](), np.random.default_rng(0).normal(3, 2, (50, 40))
    content = encoder.encode(acoustic, None, acoustic.mean(axis=0), acoustic.std(axis=0))
    assert content.dtype == np.float32 and content.shape == (50, encoder.size)
    assert encoder.alignment_weights.shape == (encoder.size,)
    assert np.allclose(content.mean(axis=0), 0, atol=1e-5) and np.allclose(content.std(axis=0), 1, atol=1e-5)
