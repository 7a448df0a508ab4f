"""Words of the two languages are linked where they tell the same of the scene."""

from lmlab.text.town import generate

SAMPLE = generate(150, seed=6)
LINKED = [
    (english, chinese, links)
    for story in SAMPLE
    for (english, chinese), links in zip(story.pairs, story.links, strict=True)
]


def words(english, chinese, links, sure=True):
    return [(english[slice(*a)], chinese[slice(*b)]) for a, b, is_sure in links if is_sure is sure]


def test_links_are_spans_of_their_two_sentences():
    for english, chinese, links in LINKED:
        for (start, end), (start_chinese, end_chinese), _ in links:
            assert 0 <= start < end <= len(english)
            assert 0 <= start_chinese < end_chinese <= len(chinese)


def test_a_name_is_never_linked_with_another_name():
    people = {
        entity.name: entity.chinese
        for story in SAMPLE
        for entity in story.scene.cast.values()
        if hasattr(entity, "female")
    }
    names = set(people.values())
    found = 0
    for linked in LINKED:
        for here, there in words(*linked):
            if here in people and there in names:
                assert people[here] == there
                found += 1
    assert found > 300


def test_a_thing_and_its_look_are_linked_one_by_one():
    found = 0
    for story in SAMPLE:
        thing = story.scene.cast.get("T")
        if thing and f"{thing.look} {thing.noun}" in story.pairs[0][0]:
            linked = words(*story.pairs[0], story.links[0])
            assert (thing.noun, thing.chinese) in linked
            assert (thing.look, thing.look_chinese) in linked
            found += 1
    assert found > 20


def test_pronouns_are_linked_with_whom_they_mean():
    pairs = {pair for linked in LINKED for pair in words(*linked)}
    assert any(here in ("he", "she") and there not in "他她" for here, there in pairs)
    assert any(there in ("他", "她") and here not in ("he", "she") for here, there in pairs)


def test_every_sure_link_lies_within_a_possible_one():
    for _, _, links in LINKED:
        wide = [link for link in links if not link.sure]
        for a, b, sure in links:
            if sure:
                assert any(
                    w[0][0] <= a[0] and a[1] <= w[0][1] and w[1][0] <= b[0] and b[1] <= w[1][1]
                    for w in wide
                )


def test_most_sentences_have_a_sure_link():
    assert sum(any(link.sure for link in links) for *_, links in LINKED) / len(LINKED) > 0.9
