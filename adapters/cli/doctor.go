package cli

import (
	"context"
	"crypto/x509"
	"io"
	"os"
	"strings"
	"time"

	"kaitong/adapters/doctor"
	"kaitong/configs"
)

type doctorCommand struct {
	serverFlags
	localeFlag
	JSON bool `help:"Print one JSON object."`
}

// Help is shown by --help.
func (doctorCommand) Help() string {
	return `Looks at everything a server stands on, in the order an operator would, and says for each
finding what is wrong, what it means for people, and what mends it. Give it the same
flags and KAITONG_ variables as ` + "`kaitong serve`" + `. It works beside a running server. Nothing is
changed; probe files are removed again.

✓ fine   ! works, but see to it   ✗ does not work   - not looked at

It ends with 0 when all is fine, with 1 when something was found, with 2 when the line is wrong.

Examples:
  kaitong doctor
  kaitong doctor --config /etc/kaitong/kaitong.yaml --locale zh
  kaitong doctor --json | jq '.findings[] | select(.state == "fault")'`
}

// doctorTime bounds the whole look: somebody waits for it.
const doctorTime = time.Minute

// Run looks and tells.
func (c doctorCommand) Run(ctx context.Context, s streams) error {
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	found := examine(ctx, c.serverFlags.merged, examiner{now: time.Now})
	return tellFindings(s.out, found, c.language(), c.JSON)
}

// language is the one asked for, else that of the terminal.
func (c doctorCommand) language() doctor.Language {
	for _, tag := range []string{c.Locale, os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")} {
		if tag != "" {
			if strings.HasPrefix(tag, "zh") {
				return doctor.Chinese
			}
			return doctor.English
		}
	}
	return doctor.English
}

type doctorResult struct {
	Sound    bool          `json:"sound"`
	Findings []doctor.Told `json:"findings"`
}

func tellFindings(out io.Writer, found []doctor.Finding, language doctor.Language, asJSON bool) error {
	if asJSON {
		result := doctorResult{Sound: doctor.Sound(found)}
		for _, one := range found {
			result.Findings = append(result.Findings, one.Tell(language))
		}
		if err := printJSON(out, result); err != nil {
			return err
		}
	} else {
		doctor.Render(out, found, language)
	}
	if !doctor.Sound(found) {
		return errFailed
	}
	return nil
}

// examiner looks at one configuration.
type examiner struct {
	now   func() time.Time
	roots *x509.CertPool // nil: those of the system

	config  configs.Config
	running string // who holds the data directory; "": nobody
	daily   uint64 // bytes that the database grows by
	found   []doctor.Finding
}

func (x *examiner) add(found ...doctor.Finding) { x.found = append(x.found, found...) }

// examine looks at everything, however much is wrong with what came before.
func examine(ctx context.Context, read func() (configs.Config, error), x examiner) []doctor.Finding {
	config, err := read()
	if err != nil {
		x.broken(err)
		return x.found // nobody knows what to look at
	}
	x.config = config
	for _, look := range []func(context.Context){
		x.configuration, x.dataDirectory, x.database, x.disk, x.descriptors, x.keys, x.certificates, x.nats, x.pack,
		x.ports, x.blobs, x.calls, x.clock, x.zone,
	} {
		look(ctx)
	}
	return x.found
}
