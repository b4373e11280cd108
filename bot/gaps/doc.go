// Package gaps makes something of questions that were not answered: it groups
// those that ask the same, drafts what is missing from a knowledge pack as
// files to be reviewed, and measures whether it would help. It needs no
// language model, though one may tell what questions mean, and nothing it drafts goes into a pack by itself.
package gaps
