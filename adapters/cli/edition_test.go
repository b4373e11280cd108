package cli

import (
	"testing"
	"testing/fstest"

	"kaitong/knowledge"
)

// What the bot says is named by the content of the pack, and by nothing else.
func TestContentID(t *testing.T) {
	t.Parallel()
	pack := func(change func(fstest.MapFS)) string {
		files := fstest.MapFS{
			"pack.yaml":           {Data: []byte("id: a\n")},
			"causes/x.yaml":       {Data: []byte("id: x\n")},
			"intents/en/how.yaml": {Data: []byte("- how\n")},
		}
		if change != nil {
			change(files)
		}
		id, err := contentID(files)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	same := pack(nil)
	for _, test := range []struct {
		name   string
		change func(fstest.MapFS)
		equal  bool
	}{
		{"a test conversation", func(f fstest.MapFS) { f["dialogues/d.yaml"] = &fstest.MapFile{Data: []byte("x")} }, true},
		{"a file of an editor", func(f fstest.MapFS) { f["causes/.x.yaml.swp"] = &fstest.MapFile{Data: []byte("x")} }, true},
		{"a hidden folder", func(f fstest.MapFS) { f[".git/a.yaml"] = &fstest.MapFile{Data: []byte("x")} }, true},
		{"a note", func(f fstest.MapFS) { f["README.md"] = &fstest.MapFile{Data: []byte("x")} }, true},
		{"another text", func(f fstest.MapFS) { f["causes/x.yaml"].Data = []byte("id: y\n") }, false},
		{"another name", func(f fstest.MapFS) { f["causes/y.yaml"] = f["causes/x.yaml"]; delete(f, "causes/x.yaml") }, false},
		{"a further file", func(f fstest.MapFS) { f["fixes/f.YML"] = &fstest.MapFile{} }, false},
		{"other utterances", func(f fstest.MapFS) { f["intents/en/how.yaml"].Data = []byte("- why\n") }, false},
		{"a border moved", func(f fstest.MapFS) {
			f["causes/x.yaml"].Data = []byte("id: x\n\"intents/en/how.yaml\" 6\n- how\n")
			delete(f, "intents/en/how.yaml")
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := pack(test.change); (got == same) != test.equal {
				t.Errorf("id %s, before %s", got, same)
			}
		})
	}
	if id, err := contentID(knowledge.Shipped()); err != nil || len(id) != 12 {
		t.Errorf("the shipped pack: %q %v", id, err)
	}
}
