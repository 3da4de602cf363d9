"""What each permission is called on pages; a test holds that every one has words."""

from typing import Final

WORDS: Final = {
    "conversations.view": "See conversations",
    "conversations.all": "See all conversations, not only one's own",
    "conversations.inbox": "See conversations of one's inboxes",
    "conversations.team": "See conversations of one's teams",
    "conversations.reply": "Answer customers",
    "conversations.note": "Write internal notes",
    "conversations.take": "Take conversations",
    "conversations.resolve": "Resolve and reopen conversations",
    "conversations.assign": "Assign conversations to others",
    "conversations.recall": "Recall messages of others",
    "conversations.originals": "See what edited and recalled messages said",
    "tickets.view": "See tickets",
    "tickets.handle": "Open and handle tickets",
    "contacts.personal": "Read names, addresses and texts of contacts",
    "contacts.edit": "Change what is known of contacts",
    "contacts.erase": "Erase contacts",
    "audit.view": "Read the audit",
    "definitions.view": "See what is configured",
    "definitions.manage": "Change what is configured",
    "inboxes.manage": "Change inboxes",
    "keys.manage": "Manage API keys",
    "members.view": "See members",
    "presence.report": "See when members were here",
    "members.manage": "Manage members and roles",
    "webhooks.manage": "Manage webhooks",
    "tenant.manage": "Manage the company itself",
}
