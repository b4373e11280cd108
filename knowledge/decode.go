package knowledge

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// decoder fills a struct from the tree of a file. It goes on after a problem,
// so that one look at the list is enough to mend the file.
type decoder struct {
	*source
	locales []Locale // of the pack; nil when pack.yaml does not say
	fields  map[reflect.Type]map[string][]int
}

func newDecoder(s *source, locales []Locale) *decoder {
	return &decoder{source: s, locales: locales, fields: map[reflect.Type]map[string][]int{}}
}

// decode fills target, a pointer, from the tree.
func (d *decoder) decode(root *node, target any) {
	d.put("", root.place)
	d.value(root, "", reflect.ValueOf(target).Elem())
	slices.SortFunc(d.order, comparePlaces)
}

// value fills one value. The path names it in problems.
func (d *decoder) value(n *node, path string, into reflect.Value) {
	if n.kind == nullNode {
		d.spoiled(n.place, path, label(path)+" has no value", "write it, or delete the line")
		return
	}
	switch target := into.Addr().Interface().(type) {
	case *Text:
		*target = d.text(n, path)
		return
	case *Date:
		*target = d.date(n, path)
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		d.record(n, path, into)
	case reflect.Slice:
		d.list(n, path, into)
	case reflect.Map:
		d.dictionary(n, path, into)
	default:
		d.scalar(n, path, into)
	}
}

// record fills a struct; keys it has no field for are reported.
func (d *decoder) record(n *node, path string, into reflect.Value) {
	if !d.is(n, path, mapNode, "keys and values") {
		return
	}
	fields := d.fieldsOf(into.Type())
	for _, e := range d.unique(n) {
		index, ok := fields[e.key]
		if !ok {
			d.reportAt(e.place, fmt.Sprintf("unknown key %q", shorten(e.key)), suggest(e.key, keys(fields)))
			continue
		}
		child := join(path, e.key)
		d.put(child, e.value.place)
		d.value(e.value, child, into.FieldByIndex(index))
	}
}

// list fills a slice.
func (d *decoder) list(n *node, path string, into reflect.Value) {
	if !d.is(n, path, listNode, "a list, each entry in a line of its own behind a dash") {
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		child := path + "[" + strconv.Itoa(i) + "]"
		d.put(child, item.place)
		d.value(item, child, into.Index(i))
	}
}

// dictionary fills a map from names to values.
func (d *decoder) dictionary(n *node, path string, into reflect.Value) {
	if !d.is(n, path, mapNode, "keys and values") {
		return
	}
	names, element := into.Type().Key(), into.Type().Elem()
	into.Set(reflect.MakeMapWithSize(into.Type(), len(n.entries)))
	for _, e := range d.unique(n) {
		if names == reflect.TypeFor[Locale]() && !d.speaks(e) {
			continue
		}
		child := join(path, e.key)
		d.put(child, e.value.place)
		value := reflect.New(element).Elem()
		d.value(e.value, child, value)
		into.SetMapIndex(reflect.ValueOf(e.key).Convert(names), value)
	}
}

// speaks reports a key that is none of the pack's locales.
func (d *decoder) speaks(e entry) bool {
	if d.locales == nil || slices.Contains(d.locales, Locale(e.key)) {
		return true
	}
	d.reportAt(e.place, fmt.Sprintf("unknown locale %q", shorten(e.key)), "the pack is written in "+listed(d.locales))
	return false
}

// scalar fills a string, number or truth value.
func (d *decoder) scalar(n *node, path string, into reflect.Value) {
	switch into.Kind() {
	case reflect.String:
		d.words(n, path, into)
	case reflect.Bool:
		if d.is(n, path, boolNode, "true or false") {
			into.SetBool(strings.EqualFold(n.value, "true"))
		}
	case reflect.Int:
		if !d.is(n, path, numberNode, "a whole number") {
			return
		}
		number, err := strconv.Atoi(n.value)
		if err != nil {
			d.spoiled(n.place, path, label(path)+" must be a whole number", "")
			return
		}
		into.SetInt(int64(number))
	default:
		panic("knowledge: no decoding into " + into.Type().String())
	}
}

// words fills a string, which is never empty and never endless.
func (d *decoder) words(n *node, path string, into reflect.Value) {
	if !d.is(n, path, textNode, "text") {
		return
	}
	length := utf8.RuneCountInString(n.value)
	switch {
	case strings.TrimSpace(n.value) == "":
		d.spoiled(n.place, path, label(path)+" is empty", "write it, or delete the line")
	case length > maxTextRunes:
		d.spoiled(n.place, path, fmt.Sprintf("%s has %d characters, more than %d", label(path), length, maxTextRunes), "shorten it")
	default:
		into.SetString(n.value)
	}
}

// text reads the same words in each locale of the pack.
func (d *decoder) text(n *node, path string) Text {
	if !d.is(n, path, mapNode, "the words in each language, such as zh-CN: … and en: …") {
		return nil
	}
	text := Text{}
	for _, e := range d.unique(n) {
		if !d.speaks(e) {
			continue
		}
		child := join(path, e.key)
		d.put(child, e.value.place)
		var words string
		d.value(e.value, child, reflect.ValueOf(&words).Elem())
		text[Locale(e.key)] = strings.TrimSpace(words)
		d.seen(e.value, child, words)
	}
	return text
}

// seen reports a character that was written as an escape and that nobody
// would see.
func (d *decoder) seen(n *node, path, words string) {
	hidden := func(r rune) bool { return r != '\n' && forbidden(r) }
	if at := strings.IndexFunc(words, hidden); at >= 0 {
		r, _ := utf8.DecodeRuneInString(words[at:])
		d.spoiled(n.place, path, fmt.Sprintf("%s holds the invisible character %U", label(path), r), "delete it")
	}
}

// date reads a day such as 2027-05-31.
func (d *decoder) date(n *node, path string) Date {
	if !d.is(n, path, textNode, "a day such as 2027-05-31") {
		return Date{}
	}
	day, err := time.Parse(time.DateOnly, n.value)
	if err != nil {
		d.spoiled(n.place, path, fmt.Sprintf("%s: %q is not a day", label(path), shorten(n.value)), "write year-month-day, such as 2027-05-31")
	}
	return Date{day}
}

// is reports a value of the wrong kind.
func (d *decoder) is(n *node, path string, want kind, wanted string) bool {
	if n.kind == want {
		return true
	}
	mend := ""
	if want == textNode && (n.kind == numberNode || n.kind == boolNode) {
		mend = fmt.Sprintf("put it in quotes: %q", shorten(n.value))
	}
	d.spoiled(n.place, path, fmt.Sprintf("%s must be %s", label(path), wanted), mend)
	return false
}

// unique returns the entries of a mapping, reporting keys that came before.
func (d *decoder) unique(n *node) []entry {
	first := make(map[string]place, len(n.entries))
	kept := n.entries[:0:0]
	for _, e := range n.entries {
		if before, twice := first[e.key]; twice {
			d.reportAt(e.place, fmt.Sprintf("the key %q is already in line %d", shorten(e.key), before.line), "keep one of the two")
			continue
		}
		first[e.key] = e.place
		kept = append(kept, e)
	}
	return kept
}

// spoiled reports a value that the checks need not look at any more.
func (d *decoder) spoiled(at place, path, message, mend string) {
	d.bad[path] = true
	d.reportAt(at, message, mend)
}

// fieldsOf maps the YAML keys of a struct to its fields.
func (d *decoder) fieldsOf(t reflect.Type) map[string][]int {
	if fields, known := d.fields[t]; known {
		return fields
	}
	fields := make(map[string][]int, t.NumField())
	for _, field := range reflect.VisibleFields(t) {
		name, option, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if option != "inline" && name != "" && name != "-" {
			fields[name] = field.Index
		}
	}
	d.fields[t] = fields
	return fields
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// label names a path in a message.
func label(path string) string {
	if path == "" {
		return "the file"
	}
	return shorten(path)
}

// keys lists the names of a map in order.
func keys[M ~map[K]V, K ~string, V any](m M) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, string(name))
	}
	slices.Sort(names)
	return names
}

// listed writes names as a, b, c.
func listed[S ~string](names []S) string {
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = string(name)
	}
	return strings.Join(parts, ", ")
}
