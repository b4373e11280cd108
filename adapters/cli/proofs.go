package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"kaitong/adapters/proofs"
	"kaitong/adapters/web"
	"kaitong/bot"
	"kaitong/configs"
)

const (
	// blobsDir holds documents, below the data directory.
	blobsDir = "blobs"
	// demoBlobsKeyFile holds the secret of the demo mode.
	demoBlobsKeyFile = "blobs.key"
)

// openProofs opens the store of documents where there is a secret for it.
func (c *core) openProofs(ctx context.Context) error {
	secret, err := blobsSecret(c.config)
	if err != nil || secret == nil {
		return err
	}
	c.proofs, err = proofs.Open(ctx, proofs.Options{
		Dir: filepath.Join(c.config.Data, blobsDir), URL: c.config.Blobs.URL, Secret: secret, Scan: c.config.Blobs.ScanCommand, NewID: newID,
	})
	if err != nil {
		return err
	}
	c.teardown.add("documents", func(context.Context) error { return c.proofs.Close() })
	return nil
}

// blobsSecret is what documents are encrypted with, nil where none are taken.
func blobsSecret(config configs.Config) ([]byte, error) {
	switch {
	case config.Blobs.KeyFile != "":
		return config.Blobs.ReadKey()
	case config.Mode == configs.ModeDemo:
		return demoKey(filepath.Join(config.Data, demoBlobsKeyFile))
	}
	return nil, nil
}

// uploads take documents over HTTP.
func (c *core) uploads() *web.Uploads {
	return &web.Uploads{May: c.engine.MayAttach, Keep: c.keepProof}
}

// keepProof keeps a document first and records it then: what the log knows of
// is there. What the log does not want is removed again; where nobody can know
// whether it is recorded, it stays.
func (c *core) keepProof(ctx context.Context, upload web.Upload) (bot.Proof, error) {
	proof, err := c.proofs.Keep(ctx, upload.Conversation, upload.Name, upload.Content)
	if err != nil {
		return bot.Proof{}, err
	}
	receipt, err := c.engine.AttachProof(ctx, upload.Who, upload.Conversation, proof)
	if receipt.Duplicate || unwanted(err) {
		if failed := c.proofs.Discard(context.WithoutCancel(ctx), upload.Conversation, proof.ID); failed != nil {
			c.logger.Warn("a document that nobody needs was not removed", "object", proofs.Object(upload.Conversation, proof.ID), "error", failed)
		}
	}
	recorded, _ := receipt.Turn.Proof()
	return recorded, err
}

// document reads a document for the desk.
func (c *core) document(ctx context.Context, conversation, id string) ([]byte, error) {
	if c.proofs == nil {
		return nil, bot.ErrNotFound
	}
	content, err := c.proofs.Read(ctx, conversation, id)
	switch {
	case errors.Is(err, proofs.ErrNotFound):
		return nil, fmt.Errorf("%w: %w", bot.ErrNotFound, err)
	case err != nil:
		return nil, fmt.Errorf("conversation %s: document %s: %w", conversation, id, err)
	}
	return content, nil
}

// unwanted says whether a document is surely not in the log.
func unwanted(err error) bool {
	for _, refusal := range []error{bot.ErrNoAppeal, bot.ErrTooMany, bot.ErrNotFound, bot.ErrInvalid} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}
