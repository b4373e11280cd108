package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"kaitong/adapters/doctor"
	"kaitong/adapters/store"
)

// database looks at the log, and learns how fast it grows.
func (x *examiner) database(ctx context.Context) {
	options := storeOptions(x.config, slog.New(slog.DiscardHandler))
	options.Now = x.now
	seen, err := store.Examine(ctx, options)
	args := doctor.Args{"name": seen.Name, "theirs": fmt.Sprint(seen.Schema), "ours": fmt.Sprint(seen.Knows)}
	if seen.Server != nil {
		x.server(*seen.Server, args)
	}
	switch {
	case errors.Is(err, store.ErrNoLog):
		x.add(doctor.Good("database", "%s is made at the first start", seen.Name))
	case errors.Is(err, store.ErrCorrupt):
		x.add(doctor.Bad("database.damaged", err, args))
	case errors.Is(err, store.ErrNoKey):
		x.add(doctor.Bad("database.no-key", err, args))
	case err != nil && x.config.Database != "":
		x.add(doctor.Bad("database.unreachable", err, args))
	case err != nil:
		x.add(doctor.Bad("database.unreadable", err, args))
	default:
		x.log(seen, args)
	}
}

// log judges what is in a database that can be read.
func (x *examiner) log(seen store.Examination, args doctor.Args) {
	x.daily = seen.Daily()
	x.add(doctor.Newest(x.now(), seen.Newest)...)
	switch {
	case len(seen.Complaints) > 0:
		x.add(doctor.Bad("database.damaged", errors.New(seen.Complaints[0]), args))
	case seen.Schema > seen.Knows:
		x.add(doctor.Bad("database.newer", nil, args))
	case seen.Format > store.Format:
		args["theirs"], args["ours"] = fmt.Sprintf("format %d", seen.Format), fmt.Sprintf("%d", store.Format)
		x.add(doctor.Bad("database.newer", nil, args))
	case seen.Begun && seen.Schema < seen.Knows:
		x.add(doctor.Doubt("database.older", nil, args))
	case seen.Begun && seen.Journal != "" && seen.Journal != "wal":
		args["mode"] = seen.Journal
		x.add(doctor.Doubt("database.journal", nil, args))
	case seen.Begun:
		x.add(doctor.Good("database", "%s, schema %d, %d turn(s)", seen.Name, seen.Schema, seen.Turns))
	default:
		x.add(doctor.Good("database", "%s is empty; the first start makes the tables", seen.Name))
	}
}

// nearlyAll is the share of connections in use that somebody should know of.
const nearlyAll = 0.9

// server judges a PostgreSQL.
func (x *examiner) server(s store.ServerExamination, args doctor.Args) {
	args["fsync"], args["value"], args["encoding"], args["user"] = s.Fsync, s.SynchronousCommit, s.Encoding, s.User
	args["used"], args["most"] = fmt.Sprint(s.Used), fmt.Sprint(s.Most)
	for problem, there := range map[string]bool{
		"database.not-durable": s.Fsync != "on", "database.standby": s.Standby,
		"database.encoding": s.Encoding != "UTF8", "database.no-rights": !s.MayCreate,
	} {
		if there {
			x.add(doctor.Bad(problem, nil, args))
		}
	}
	if s.SynchronousCommit == "off" {
		x.add(doctor.Doubt("database.lazy-commit", nil, args))
	}
	if float64(s.Used) > nearlyAll*float64(s.Most) {
		x.add(doctor.Doubt("database.connections", nil, args))
	}
	x.add(doctor.Good("database", "PostgreSQL %s", s.Version))
	x.add(doctor.Clock{Whose: "PostgreSQL", There: s.Clock, Here: s.Asked, Took: s.Took}.Look())
}
