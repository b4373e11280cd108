package configs_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kaitong/configs"
)

func TestDefaultFileSaysWhatDefaultSays(t *testing.T) {
	t.Parallel()
	config := load(t, configs.DefaultYAML())
	if diff := diff(configs.Default(), config); diff != "" {
		t.Errorf("default.yaml differs (-Default +file):\n%s", diff)
	}
}

// The file is the reference for operators: nothing may be missing from it.
func TestDefaultFileNamesEverySetting(t *testing.T) {
	t.Parallel()
	for _, name := range leaves(reflect.TypeFor[configs.Config](), "") {
		path := strings.Split(snake(name), ".")
		key := "\n" + strings.Repeat("  ", len(path)-1) + path[len(path)-1] + ":"
		if !strings.Contains(configs.DefaultYAML(), key) {
			t.Errorf("default.yaml has no %s", strings.Join(path, "."))
		}
	}
}

// Every field can be set from each side; none is forgotten in the table.
func TestEverySettingFromFileVariableAndFlag(t *testing.T) {
	t.Parallel()
	for _, name := range leaves(reflect.TypeFor[configs.Config](), "") {
		path := snake(name)
		text, yaml := sample(t, name)
		section, key, nested := strings.Cut(path, ".")
		file := path + ": " + yaml
		if nested {
			file = section + ":\n  " + key + ": " + yaml
		}
		fromFile := load(t, file)
		fromEnv, err := configs.Load("", []string{"KAITONG_" + strings.ToUpper(strings.ReplaceAll(path, ".", "_")) + "=" + text})
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		fromFlag := configs.Default()
		if err := fromFlag.Set(path, text, "--flag"); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for side, config := range map[string]configs.Config{"file": fromFile, "variable": fromEnv, "flag": fromFlag} {
			if changed := changes(config); !slices.Equal(changed, []string{name}) {
				t.Errorf("%s from a %s changed %v", path, side, changed)
			}
		}
		if diff(fromFile, fromEnv) != "" || diff(fromFile, fromFlag) != "" {
			t.Errorf("%s differs between file, variable and flag", path)
		}
	}
}

func TestLaterSourcesWin(t *testing.T) {
	t.Parallel()
	path := save(t, "addr: \":1\"\ndata: from-file\ntenant: shop\n")
	config, err := configs.Load(path, []string{"HOME=/", "KAITONG_DATA=first", "KAITONG_DATA=from-env", "KAITONG_TENANT=", "KAITONG_ADDR=:2"})
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Set("addr", ":3", "--addr"); err != nil {
		t.Fatal(err)
	}
	if config.Addr != ":3" || config.Data != "from-env" || config.Tenant != "shop" {
		t.Errorf("got %+v", config)
	}
}

func TestEmptyFilesAreTheDefault(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n\n", "# only a comment\n", "---\n", "web:\n", "web:\n  # window: 3s\nlog:\n", "\ufeff", "{}"} {
		if diff := diff(configs.Default(), load(t, text)); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func TestWaysToWriteIt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"web: {window: 3s, allowed_origins: [\"https://a.example\", https://b.example]}",
		"\ufeffweb:\r\n  window: \"3s\"\r\n  allowed_origins:\r\n    - https://a.example\r\n    - https://b.example # ours\r\n",
		"---\nweb:\n    allowed_origins: ['https://a.example', 'https://b.example']\n    window: 3s\n",
	} {
		want := configs.Default()
		want.Web.Window = 3 * time.Second
		want.Web.AllowedOrigins = []string{"https://a.example", "https://b.example"}
		if diff := diff(want, load(t, text)); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func TestVariableErrors(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"KAITONG_ELIGIBILITY_TIMEOUT=soon": `KAITONG_ELIGIBILITY_TIMEOUT: eligibility.timeout: want a length of time such as 500ms, 1.5s or 2m, got "soon"`,
		"KAITONG_WEB_FRAME_BYTES=16k":      `KAITONG_WEB_FRAME_BYTES: web.frame_bytes: want a whole number, got "16k"`,
		"KAITONG_NATS_URI=nats://h":        `KAITONG_NATS_URI: no setting has this variable; did you mean KAITONG_NATS_URL?`,
		"KAITONG_COLOUR=blue":              `KAITONG_COLOUR: no setting has this variable`,
		"KAITONG_WEB=x":                    `KAITONG_WEB: no setting has this variable`,
	} {
		_, err := configs.Load("", []string{entry})
		if err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", entry, err, want)
		}
	}
}

func TestForeignVariablesAreLeftAlone(t *testing.T) {
	t.Parallel()
	_, err := configs.Load("", []string{
		"KAITONG_CONFIG=/etc/kaitong.yaml", "KAITONG_PORT=tcp://10.0.0.1:8080", "KAITONG_PORT_8080_TCP_ADDR=10.0.0.1",
		"KAITONG_SERVICE_HOST=10.0.0.1", "KAITONG_WEB_SERVICE_PORT_HTTP=80", "KAITONG_PORT_8080_TCP=tcp://10.0.0.1:8080",
		"kaitong_addr=x", "XKAITONG_ADDR=y", "KAITONG_TYPO=",
	})
	if err != nil {
		t.Error(err)
	}
}

// One bad start shows all there is to mend.
func TestFileAndVariablesAreReportedTogether(t *testing.T) {
	t.Parallel()
	_, err := configs.Load(save(t, "adress: x\nlog: {level: 1}\n"), []string{"KAITONG_WEB_WINDOW=x"})
	var problems configs.Problems
	if !errors.As(err, &problems) || len(problems) != 3 {
		t.Errorf("got %v", err)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "kaitong.yaml")
	if _, err := configs.Load(missing, nil); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("missing: %v", err)
	}
	if _, err := configs.Load(t.TempDir(), nil); err == nil {
		t.Error("a directory was read")
	}
	huge := save(t, strings.Repeat("# padding\n", 30_000))
	if _, err := configs.Load(huge, nil); err == nil || !strings.Contains(err.Error(), "64 KiB") {
		t.Errorf("huge: %v", err)
	}
}

func TestSetErrors(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	if err := config.Set("no.such", "x", "--x"); err == nil {
		t.Error("unknown setting was set")
	}
	if err := config.Set("web.window", "x", "--window"); err == nil || !strings.HasPrefix(err.Error(), "--window: web.window: ") {
		t.Errorf("got %v", err)
	}
	if diff := diff(configs.Default(), config); diff != "" {
		t.Errorf("a failed Set changed:\n%s", diff)
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// TestErrors reads testdata/errors/*.yaml; the .txt beside each is what the
// operator gets to read.
func TestErrors(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/errors", func(path string) error {
		_, err := configs.Load(path, nil)
		return err
	})
}

func golden(t *testing.T, folder string, check func(path string) error) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s (%v)", folder, err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		err := check(path)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		got := strings.ReplaceAll(err.Error(), filepath.ToSlash(path), name) + "\n"
		if strings.Contains(got, "hunter2") {
			t.Errorf("%s: the error shows a secret:\n%s", name, got)
		}
		compare(t, strings.TrimSuffix(path, ".yaml")+".txt", got)
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func load(t *testing.T, text string) configs.Config {
	t.Helper()
	config, err := configs.Load(save(t, text), nil)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return config
}

func save(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kaitong.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func diff(a, b configs.Config) string {
	return cmp.Diff(a, b, cmpopts.IgnoreUnexported(configs.Config{}), cmpopts.EquateEmpty())
}

// leaves returns the dotted names of all exported fields that hold a value.
func leaves(of reflect.Type, path string) []string {
	var names []string
	for i := range of.NumField() {
		field := of.Field(i)
		switch {
		case !field.IsExported():
		case field.Type.Kind() == reflect.Struct:
			names = append(names, leaves(field.Type, path+field.Name+".")...)
		default:
			names = append(names, path+field.Name)
		}
	}
	return names
}

// changes returns the leaves in which config is not the default.
func changes(config configs.Config) []string {
	var names []string
	for _, name := range leaves(reflect.TypeFor[configs.Config](), "") {
		if !reflect.DeepEqual(field(config, name), field(configs.Default(), name)) {
			names = append(names, name)
		}
	}
	return names
}

func field(config configs.Config, name string) any {
	value := reflect.ValueOf(config)
	for part := range strings.SplitSeq(name, ".") {
		value = value.FieldByName(part)
	}
	return value.Interface()
}

// sample returns a value unlike the default, as text and as YAML.
func sample(t *testing.T, name string) (text, yaml string) {
	t.Helper()
	switch value := field(configs.Default(), name).(type) {
	case string:
		return "别的", `"别的"`
	case bool:
		other := strconv.FormatBool(!value)
		return other, other
	case int:
		return "7777", "7777"
	case []configs.Webhook:
		list := "[{name: crm, url: https://crm.example.com/a, secret_file: s, events: [message], online: true}, {name: b, chatwoot_inbox: c}]"
		return list, list
	case []configs.Tenant:
		list := "[{name: a, pack: p, allowed_origins: [\"https://a.example\"], sockets: 5, messages_per_window: 6, key_file: k, issuer: i}, {name: b}]"
		return list, list
	case time.Duration:
		return "77ms", "77ms"
	case []string:
		return "https://a.example, https://b.example", "[https://a.example, https://b.example]"
	}
	t.Fatalf("%s has a type this test does not know", name)
	return "", ""
}

// snake turns a Go name into its path in YAML: Web.PingInterval into
// web.ping_interval.
func snake(name string) string {
	var path strings.Builder
	letters := []rune(strings.NewReplacer("NATS", "Nats", "OTLP", "Otlp", "JWKS", "Jwks", "LLM", "Llm", "OIDC", "Oidc", "ID", "Id", "URL", "Url", "TTL", "Ttl", "NKey", "Nkey", "CAFile", "CaFile").Replace(name))
	for i, letter := range letters {
		upper := letter >= 'A' && letter <= 'Z'
		if upper && i > 0 && letters[i-1] != '.' {
			path.WriteByte('_')
		}
		path.WriteString(strings.ToLower(string(letter)))
	}
	return path.String()
}
