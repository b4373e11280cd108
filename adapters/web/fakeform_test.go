package web

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"kaitong/bot"
)

// maxFakeProofs is how many documents the fake appeal takes.
const maxFakeProofs = 3

// fakeForm asks for documents as the bot does.
func fakeForm(locale string, proofs []bot.Proof) []bot.Block {
	p := func(zh, en string) string { return pick(locale, zh, en) }
	var fields []bot.Field
	for _, proof := range proofs {
		fields = append(fields, bot.Field{ID: proof.ID, Label: proof.Name, Kind: bot.FieldDocument, Value: fmt.Sprint(proof.Size, " B")})
	}
	fields = append(fields, bot.Field{ID: "proofs", Label: p("证明材料", "Proof"), Kind: bot.FieldFile, Optional: true})
	return []bot.Block{
		{Type: bot.BlockFacts, Title: p("已经替你填好的", "Already filled in for you"), Items: []bot.Item{{Label: p("产品", "Product"), Text: p("借呗", "Jiebei")}}},
		{Type: bot.BlockText, Text: p("如果有机构看不到的证明，可以附上。", "If you have proof that the institution can’t see, you can attach it.")},
		{Type: bot.BlockForm, Title: p("申诉", "Appeal"), Fields: fields},
		{Type: bot.BlockChoices, Choices: []bot.Choice{{ID: "appeal.submit", Label: p("同意并提交", "Agree and send")}, {ID: "agent", Label: p("转人工", "Talk to a person")}}},
	}
}

// newFilingWorld is a world that takes documents.
func newFilingWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	var w *world
	takes := func(o *Options) {
		o.Uploads = &Uploads{
			May:  func(context.Context, bot.Identity, string) error { return nil },
			Keep: func(ctx context.Context, upload Upload) (bot.Proof, error) { return w.keep(ctx, upload) },
		}
	}
	w = newWorld(t, append(change, takes)...)
	return w
}

// keep keeps what begins like a PDF, and says so in the chat.
func (w *world) keep(_ context.Context, upload Upload) (bot.Proof, error) {
	c := w.engine.find(upload.Who, upload.Conversation)
	switch {
	case c == nil:
		return bot.Proof{}, bot.ErrNotFound
	case len(upload.Content) == 0:
		return bot.Proof{}, bot.ErrProofSize
	case bytes.Contains(upload.Content, []byte("virus")):
		return bot.Proof{}, bot.ErrProofUnsafe
	case !bytes.HasPrefix(upload.Content, []byte("%PDF-")):
		return bot.Proof{}, bot.ErrProofKind
	}
	return w.attach(c, upload)
}

// attach stores the turn that tells of a document, on another node.
func (w *world) attach(c *fakeConv, upload Upload) (bot.Proof, error) {
	c.mu.Lock()
	if len(c.proofs) == maxFakeProofs {
		c.mu.Unlock()
		return bot.Proof{}, bot.ErrTooMany
	}
	proof := bot.Proof{ID: fmt.Sprintf("p%d", len(c.proofs)+1), Name: upload.Name, Type: "application/pdf", Size: int64(len(upload.Content))}
	c.proofs = append(c.proofs, proof)
	blocks := append([]bot.Block{{Type: bot.BlockText, Text: "收到「" + proof.Name + "」。"}}, fakeForm(localeZH, c.proofs)[2:]...)
	m := bot.Message{Seq: c.next(), ID: fmt.Sprintf("proof-%d", c.seq), Author: bot.AuthorBot, Blocks: blocks, About: &bot.About{Intent: "appeal", Composed: "authored"}}
	turn := bot.Turn{Conversation: upload.Conversation, Version: int64(len(c.turns) + 1), At: w.engine.now(), Events: []bot.Event{bot.ProofAttached{Proof: proof}, m}}
	c.turns = append(c.turns, turn)
	c.mu.Unlock()
	w.elsewhere(turn)
	return proof, nil
}
