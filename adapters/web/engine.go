package web

import (
	"context"

	"kaitong/bot"
)

// Engine is what this package needs of the bot. It checks ownership itself:
// a conversation that is unknown or somebody else's is [bot.ErrNotFound].
type Engine interface {
	// Handle stores and answers one act. It returns once the turn is durable.
	Handle(ctx context.Context, say bot.Say) (bot.Receipt, error)
	// Open tells where a stored conversation stands.
	Open(ctx context.Context, who bot.Identity, conversation string) (bot.Summary, error)
	// History returns the turns of a conversation in order, each with only the
	// events a client may see with Seq > afterSeq. It may end with the turn that
	// makes it most events or more.
	History(ctx context.Context, who bot.Identity, conversation string, afterSeq int64, most int) ([]bot.Turn, error)
	// Claim gives a conversation of an anonymous person to who they turned out to
	// be; [bot.ErrNotFound] where that cannot be.
	Claim(ctx context.Context, conversation string, from, to bot.Identity) error
	// Greeting is shown before anything was said.
	Greeting(tenant, locale string) []bot.Block
	// Page is what the chat page shows around the conversation.
	Page(tenant, locale string) bot.Page
	// HelpCentre is what the pack tells everybody, to be read without asking.
	HelpCentre(locale string) bot.HelpCentre
	// Epoch changes when the log is another one than before.
	Epoch() string
}
