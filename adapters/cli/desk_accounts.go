package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"kaitong/adapters/desk"
	"kaitong/adapters/store"
	"kaitong/bot/staff"
)

type deskCommand struct {
	Account accountCommand `cmd:"" help:"Make and change the accounts of agents."`
	Audit   auditCommand   `cmd:"" help:"Print the audit log of the desk, and check that it is whole."`
}

type accountCommand struct {
	Add     accountAdd     `cmd:"" help:"Make an account."`
	List    accountList    `cmd:"" help:"List all accounts."`
	Passwd  accountPasswd  `cmd:"" help:"Give an account a new password; whoever is signed in with it is signed out."`
	Disable accountDisable `cmd:"" help:"Lock an account; whoever is signed in with it is signed out."`
	Enable  accountEnable  `cmd:"" help:"Free a locked account."`
}

// deskFlags say where the accounts are.
type deskFlags struct {
	configFlags
	Data     string `help:"Directory of the data of the server (default ./data)." placeholder:"DIR"`
	Database string `help:"PostgreSQL of the servers, where they use one." placeholder:"postgres://…"`
}

// with does something with the accounts, beside a server that runs or without.
func (f deskFlags) with(ctx context.Context, work func(*store.Staff) error) error {
	config, err := f.load()
	if err != nil {
		return err
	}
	for _, flag := range []struct{ setting, value, name string }{{"data", f.Data, "--data"}, {"database", f.Database, "--database"}} {
		if flag.value == "" {
			continue
		}
		if err := config.Set(flag.setting, flag.value, flag.name); err != nil {
			return err
		}
	}
	vault, err := store.OpenStaff(ctx, store.Options{Dir: config.Data, Database: config.Database})
	if err != nil {
		return err
	}
	return errors.Join(work(vault), vault.Close())
}

// change reads an account, changes it and records that.
func (f deskFlags) change(ctx context.Context, user, did string, change func(staff.Account) (staff.Account, error)) error {
	return f.with(ctx, func(vault *store.Staff) error {
		account, err := vault.Account(ctx, user)
		if err != nil {
			return err
		}
		if account, err = change(account); err != nil {
			return err
		}
		if err := vault.Record(ctx, byOperator(did, user)); err != nil {
			return err
		}
		return vault.Update(ctx, account)
	})
}

// byOperator is a record of who has the machine: no user of the desk.
func byOperator(did, user string) staff.Record {
	return staff.Record{At: time.Now(), Did: did, Subject: user, Reason: "command line"}
}

type accountAdd struct {
	deskFlags
	User   string   `help:"Name to sign in with: small letters, digits, dots, dashes." required:"" placeholder:"USER"`
	Name   string   `help:"Name that people are shown." required:"" placeholder:"NAME"`
	Role   string   `help:"agent, lead, compliance or admin." required:"" enum:"agent,lead,compliance,admin" placeholder:"ROLE"`
	Queue  []string `help:"Line they serve; several times for several. Without it, all." placeholder:"QUEUE"`
	Locale string   `help:"Language of the desk." enum:"zh-CN,en" default:"zh-CN"`
}

// Help is shown by --help.
func (accountAdd) Help() string {
	return `The password is asked for, or read as one line from standard input; it is never
part of the command, where others could read it. A server may run meanwhile.

Examples:
  kaitong desk account add --user root --name 管理员 --role admin
  kaitong desk account add --user lin --name 林晓 --role agent --queue general < password.txt`
}

// Run makes an account.
func (c accountAdd) Run(ctx context.Context, s streams) error {
	account := staff.Account{
		User: c.User, Name: c.Name, Role: staff.Role(c.Role), Queues: c.Queue, Locale: c.Locale, Created: time.Now().UTC(),
	}
	if err := account.Validate(); err != nil {
		return usageError{err.Error()}
	}
	if strings.HasPrefix(c.User, staff.DemoPrefix) {
		return usageError{fmt.Sprintf("user %q: names that begin with %s are the demo's", c.User, staff.DemoPrefix)}
	}
	hash, err := askPassword(s, c.User)
	if err != nil {
		return err
	}
	return c.with(ctx, func(vault *store.Staff) error {
		if err := vault.Add(ctx, account.WithPassword(hash)); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "Added %s (%s), who signs in at /desk.\n", c.User, c.Role)
		return vault.Record(ctx, byOperator("account_added", c.User))
	})
}

type accountList struct{ deskFlags }

// Run lists the accounts.
func (c accountList) Run(ctx context.Context, s streams) error {
	return c.with(ctx, func(vault *store.Staff) error {
		accounts, err := vault.Accounts(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "USER\tNAME\tROLE\tQUEUES\tSTATE\tSIGNS IN WITH")
		for _, one := range accounts {
			queues, state := "all", "active"
			if len(one.Queues) > 0 {
				queues = strings.Join(one.Queues, " ")
			}
			if one.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", one.User, printable(one.Name), one.Role, queues, state, cmp.Or(printable(one.Issuer), "password"))
		}
		return table.Flush()
	})
}

type accountPasswd struct {
	deskFlags
	User string `arg:"" help:"The account."`
}

// Run changes a password.
func (c accountPasswd) Run(ctx context.Context, s streams) error {
	hash, err := askPassword(s, c.User)
	if err != nil {
		return err
	}
	return c.change(ctx, c.User, "password", func(account staff.Account) (staff.Account, error) {
		if account.Foreign() {
			return account, fmt.Errorf("account %q signs in at %s and has no password here", account.User, account.Issuer)
		}
		return account.WithPassword(hash), nil
	})
}

type accountDisable struct {
	deskFlags
	User string `arg:"" help:"The account."`
}

// Run locks an account.
func (c accountDisable) Run(ctx context.Context) error {
	return c.change(ctx, c.User, "account_disabled", func(account staff.Account) (staff.Account, error) { return account.WithDisabled(true), nil })
}

type accountEnable struct {
	deskFlags
	User string `arg:"" help:"The account."`
}

// Run frees an account.
func (c accountEnable) Run(ctx context.Context) error {
	return c.change(ctx, c.User, "account_enabled", func(account staff.Account) (staff.Account, error) { return account.WithDisabled(false), nil })
}

// askPassword reads a new password and hashes it: from the terminal, twice and
// unseen, or one line from elsewhere.
func askPassword(s streams, user string) (hash string, err error) {
	password, err := readPassword(s)
	if err != nil {
		return "", err
	}
	if err := desk.CheckStrength(user, password); err != nil {
		return "", err
	}
	return desk.DefaultCost().Hash(password), nil
}

func readPassword(s streams) (string, error) {
	file, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(s.in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for i, prompt := range []string{"New password: ", "Once more: "} {
		fmt.Fprint(s.err, prompt)
		text, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(s.err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		typed[i] = string(text)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ")
	}
	return typed[0], nil
}

type auditCommand struct{ deskFlags }

// auditPage is how many records are read at once.
const auditPage = 1000

// Run prints the audit log and follows its chain.
func (c auditCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, func(vault *store.Staff) error {
		var last staff.Link
		for n := int64(0); ; {
			records, err := vault.Records(ctx, n, auditPage)
			if err != nil {
				return err
			}
			for _, r := range records {
				fmt.Fprintf(s.out, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", r.N, r.At.Format(time.RFC3339), printable(r.Who), r.Did, printable(r.Conversation),
					printable(r.Subject), printable(r.Reason))
			}
			if last, err = staff.Follow(n, last, records); err != nil {
				return err
			}
			if n += int64(len(records)); len(records) < auditPage {
				fmt.Fprintf(s.err, "%d records, none missing or changed. The last link is %x: keep it elsewhere, and a cut end shows too.\n", n, last)
				return nil
			}
		}
	})
}
