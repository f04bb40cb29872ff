"""The posts of the phone's own account: what was posted, and a few from before the rehearsal."""

from dataclasses import replace

from runner.virtual.apps.picturenet.memory import POSTED, STORY, Memory, Post
from runner.virtual.apps.picturenet.world import Card, user_card


def own_cards(memory: Memory) -> list[Card]:
    """As the own profile shows them: pinned ones first, then newest first; no stories, nothing that uploads."""
    made = [
        post for post in (*memory.posts, *memory.elsewhere) if post.state == POSTED and post.kind != STORY
    ]
    made.sort(key=lambda post: post.at)
    earlier = [
        # A new name of the account leaves its older posts what they are.
        replace(user_card("before", position), author=memory.account)
        for position in range(memory.settings.earlier_posts)
    ]
    cards = [_card(memory, post) for post in reversed(made)] + earlier
    cards = [card for card in cards if card.id not in memory.deleted]
    return sorted(cards, key=lambda card: card.id not in memory.pinned)


def find_own_card(memory: Memory, post_id: str) -> Card | None:
    """The own post with this id, or None."""
    return next((card for card in own_cards(memory) if card.id == post_id), None)


def has_story(memory: Memory) -> bool:
    """Whether the own ring tells of a story."""
    return any(
        post.kind == STORY and post.state == POSTED and post.id not in memory.deleted
        for post in (*memory.posts, *memory.elsewhere)
    )


def _card(memory: Memory, post: Post) -> Card:
    return Card(
        id=post.id,
        author=memory.account,
        kind=post.kind,
        caption=post.caption,
        likes=0,
        comments=0,
        image=f"media/{post.media[0].sha256}" if post.media else f"post/{post.id}",
        age="1 minute ago",
        pictures=max(1, len(post.media)),
        sound=post.sound,
    )
