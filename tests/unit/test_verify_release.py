"""What is wrong with a release that would not run sync, or would not stop."""

from dataclasses import replace

import pytest

from ops.platform import Component, Release, Spec
from ops.verify.release import faults

SYNC = "invoke sync verify"


def component(kind="service", name="web", when="", command="gunicorn shop", **text):
    said = {"name": name, "run_command": command, **text}
    return Component(kind, name, when, command, (), said)


WEB = component()
JOB = component("job", "sync", "PRE_DEPLOY", SYNC)


def spec(*components, path=".do/app.yaml", app="shop"):
    return Spec(path, app, (), components)


def said(procfile=None, *specs):
    return [message for _, message, _ in faults(Release(procfile, specs))]


def test_what_runs_sync_before_new_code_is_right():
    assert said({"release": SYNC, "web": "gunicorn"}, spec(JOB, WEB)) == []


def test_what_is_not_there_is_not_wrong():
    assert said() == []


@pytest.mark.parametrize(
    ("procfile", "message"),
    [
        ({"web": SYNC}, "has no release: line, so nothing is synced before new code runs"),
        ({}, "has no release: line, so nothing is synced before new code runs"),
        ({"release": "invoke verify"}, "its release: line does not run invoke sync"),
        (
            {"release": f"{SYNC} || true"},
            "its release: line goes on when invoke sync fails, because of `||`",
        ),
    ],
)
def test_a_procfile_that_lost_its_step_is_named(procfile, message):
    (found,) = faults(Release(procfile))

    assert found == ("file Procfile", message, "write into Procfile: release: invoke sync verify")


NONE = "has no PRE_DEPLOY job that runs invoke sync"


@pytest.mark.parametrize(
    ("components", "message"),
    [
        ([WEB], NONE),
        ([], NONE),
        ([WEB, replace(JOB, command="true")], NONE),
        ([WEB, replace(JOB, when="POST_DEPLOY")], f"{NONE}; it runs in job sync (POST_DEPLOY)"),
        ([WEB, replace(JOB, when="")], f"{NONE}; it runs in job sync (of no kind)"),
        ([component(command=f"{SYNC}; gunicorn")], f"{NONE}; it runs in service web"),
        (
            [WEB, replace(JOB, command=f"{SYNC}; true")],
            "job sync goes on when invoke sync fails, because of `;`",
        ),
    ],
)
def test_a_spec_that_lost_its_job_is_named(components, message):
    (found,) = faults(Release(None, (spec(*components),)))

    assert found == (
        "file .do/app.yaml",
        message,
        "give .do/app.yaml a job of kind PRE_DEPLOY with run_command: invoke sync verify",
    )


SITE = component("static site", "site")


def test_a_static_site_needs_no_sync_beside_an_app_that_has_it():
    assert said(None, spec(JOB, WEB), spec(SITE, path=".do/site.yaml", app="site")) == []


def test_a_static_site_in_the_place_of_the_app_is_named():
    assert said(None, spec(SITE)) == [NONE]


def test_every_spec_that_runs_code_needs_the_job():
    assert said(None, spec(JOB, WEB), spec(WEB, path=".do/staging.yaml", app="staging")) == [NONE]


def test_two_specs_of_one_component_must_agree():
    other = component(command="node server.js", http_port="3000")

    assert said(None, spec(JOB, WEB), spec(JOB, other, path=".do/web.yaml")) == [
        "describes service web of shop otherwise than .do/app.yaml: run_command, http_port"
    ]
    assert said(None, spec(JOB, WEB), spec(JOB, WEB, path=".do/web.yaml")) == []
    assert said(None, spec(JOB, WEB), spec(JOB, other, path=".do/web.yaml", app="b")) == []
