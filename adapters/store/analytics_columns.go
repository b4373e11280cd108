package store

// The rows of a page as PostgreSQL takes them: column by column.

func placeColumns(page *analyticsPage) []any {
	if len(page.places) == 0 {
		return nil
	}
	p := page.places
	return []any{
		column(p, func(r *placeRow) int64 { return r.id }), column(p, func(r *placeRow) int64 { return r.grain }),
		column(p, func(r *placeRow) string { return r.tenant }), column(p, func(r *placeRow) string { return r.product }),
		column(p, func(r *placeRow) string { return r.locale }), column(p, func(r *placeRow) string { return r.channel }),
		column(p, func(r *placeRow) string { return r.version }), column(p, func(r *placeRow) string { return r.cause }),
	}
}

func nameColumns(page *analyticsPage) []any {
	if len(page.names) == 0 {
		return nil
	}
	return []any{
		column(page.names, func(r *nameRow) int64 { return r.id }), column(page.names, func(r *nameRow) string { return r.kind }),
		column(page.names, func(r *nameRow) string { return r.key }),
	}
}

func contactColumns(page *analyticsPage) []any {
	if len(page.contacts) == 0 {
		return nil
	}
	c := page.contacts
	return []any{
		column(c, func(r *contactRow) string { return r.conversation }), column(c, func(r *contactRow) int64 { return r.n }),
		column(c, func(r *contactRow) int64 { return r.opened }), column(c, func(r *contactRow) int64 { return r.day }),
		column(c, func(r *contactRow) int64 { return r.place }), column(c, func(r *contactRow) int64 { return r.marks }),
		column(c, func(r *contactRow) int64 { return r.closed }), column(c, func(r *contactRow) []byte { return r.body }),
	}
}

func personColumns(page *analyticsPage) []any {
	if len(page.persons) == 0 {
		return nil
	}
	return []any{
		column(page.persons, func(r *personRow) []byte { return []byte(r.person) }),
		column(page.persons, func(r *personRow) string { return r.conversation }), column(page.persons, func(r *personRow) int64 { return r.n }),
	}
}

func dayColumns(page *analyticsPage) []any {
	if len(page.days) == 0 {
		return nil
	}
	return []any{
		column(page.days, func(r *dayRow) int64 { return r.day }), column(page.days, func(r *dayRow) int64 { return r.least }),
		column(page.days, func(r *dayRow) int64 { return r.most }),
	}
}

func cellColumns(page *analyticsPage) []any {
	if len(page.cells) == 0 {
		return nil
	}
	return []any{
		column(page.cells, func(r *cellRow) int64 { return r.place }), column(page.cells, func(r *cellRow) int64 { return r.day }),
		column(page.cells, func(r *cellRow) []byte { return packTotals(r.counts) }),
	}
}

// keyColumns are where keys are counted.
func keyColumns(keys []keyRow) []any {
	return []any{
		column(keys, func(r *keyRow) int64 { return r.place }), column(keys, func(r *keyRow) string { return r.kind }),
		column(keys, func(r *keyRow) int64 { return r.day }),
	}
}
