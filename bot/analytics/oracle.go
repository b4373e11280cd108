package analytics

import (
	"context"
	"time"

	"kaitong/bot"
)

// Oracle is a [Store] in memory that counts contacts one by one, each time it
// is asked. It is what a projection is compared with.
type Oracle struct {
	zone *time.Location
}

// NewOracle returns an empty oracle that counts the days of a zone.
func NewOracle(zone *time.Location) *Oracle { return &Oracle{zone: zone} }

// Apply counts the next turn of the log.
func (o *Oracle) Apply(turn bot.Turn) error { return Apply(nil, turn) }

// Forget takes a conversation out of all figures.
func (o *Oracle) Forget(conversation string) { _ = conversation }

// Totals implements [Store].
func (o *Oracle) Totals(context.Context, Query, Group) ([]GroupTotals, error) { return nil, errSketch }

// Keys implements [Store].
func (o *Oracle) Keys(context.Context, Query, Kind, int) ([]KeyTotals, error) { return nil, errSketch }

// Contacts implements [Store].
func (o *Oracle) Contacts(context.Context, Query, Which, Page) ([]Contact, error) {
	return nil, errSketch
}

// Unanswered implements [Store].
func (o *Oracle) Unanswered(context.Context, Query, Page) ([]Asked, error) { return nil, errSketch }

// Progress implements [Store].
func (o *Oracle) Progress(context.Context) (Progress, error) { return Progress{}, errSketch }
