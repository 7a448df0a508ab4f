import pytest

from lmlab.sources.indexes import default_index, indexes, user_indexes


def test_without_settings_it_is_the_public_index():
    assert indexes([]).index_urls == (default_index(),)
    assert indexes([]).servers == [default_index()]


def test_the_environment_wins_over_the_command_over_the_file():
    lines = [
        "global.index-url='https://a.example/simple'",
        "download.index-url='https://b.example/simple'",
        "install.index-url='https://never.example/simple'",
        "global.extra-index-url='https://c.example/simple\\nfile:///mirror/simple'",
        ":env:.index-url='https://d.example/simple'",
        ":env:.cert='/etc/cert.pem'",
        "global.trusted-host='a.example b.example'",
    ]
    found = indexes(lines)
    extra = ("https://c.example/simple", "file:///mirror/simple")
    assert found.index_urls == ("https://d.example/simple", *extra)
    assert found.cert == "/etc/cert.pem"
    assert found.trusted_hosts == ("a.example", "b.example")
    assert found.servers == ["https://d.example/simple", "https://c.example/simple"]


def test_no_index_leaves_the_links():
    found = indexes([":env:.no-index='1'", ":env:.find-links='/wheels /more'"])
    assert (found.index_urls, found.find_links, found.servers) == ((), ("/wheels", "/more"), [])


def test_a_proxy_is_the_door_to_all_servers():
    assert indexes([":env:.proxy='http://proxy:8080'"]).servers == ["http://proxy:8080"]


@pytest.mark.parametrize("with_pip", [True, False])
def test_pips_own_settings_are_read(index, monkeypatch, with_pip):
    if not with_pip:
        monkeypatch.setattr("lmlab.sources.indexes.has_pip", lambda: False)
    assert user_indexes().find_links == (str(index.folder),)
    assert user_indexes().index_urls == ()
