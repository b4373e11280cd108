package cli

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// saveAs is the name a plan gets when none is typed.
const saveAs = "kaitong-plan.txt"

// saving reads "/save" and "/save FILE".
func saving(line string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(line, "/save")
	if !ok || rest != "" && !strings.HasPrefix(rest, " ") {
		return "", false
	}
	if name = clean(strings.TrimSpace(rest)); name == "" {
		return saveAs, true
	}
	return name, true
}

// save keeps the latest plan in a new file, and says how that went. It never
// writes over anything.
func (c *chat) save(name string) string {
	if c.export == "" {
		return c.either("还没有可以保存的内容。", "There is nothing to save yet.")
	}
	err := writeNew(name, printable(c.export))
	switch {
	case errors.Is(err, fs.ErrExist):
		return c.either("已经有 "+name+" 了，换个名字吧。", "There is a "+name+" already; please choose another name.")
	case err != nil:
		return c.either("没能写入 "+name+"，换个位置试试。", "Could not write "+name+"; please try another place.")
	}
	return c.either("已保存到 "+name, "Saved to "+name)
}

// writeNew writes a file that is not there yet. Half a file is removed.
func writeNew(name, text string) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}
