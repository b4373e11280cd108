package knowledge

import "strings"

// phraseKeys are the fixed wordings every pack has, and the placeholders each
// may use. Load reports a pack in which one is missing or uses another
// placeholder, so that nothing is missing when a person waits for an answer.
func phraseKeys() map[string][]string {
	return map[string][]string{
		"greeting": nil,

		"verdict.eligible":        {"product"},
		"verdict.ineligible.one":  {"product", "cause"},
		"verdict.same":            {"product", "cause"},
		"verdict.neutral.guess":   nil,
		"product.other":           {"product", "other"},
		"verdict.ineligible.many": {"product", "count"},
		"verdict.neutral":         {"product"},
		"verdict.review":          {"product"},
		"verdict.review_eta":      {"eta"},
		"verdict.unknown":         nil,
		"verdict.anonymous":       nil,

		"eligible.how_to_open":    nil,
		"eligible.if_still_fails": nil,
		"reported.lead":           {"cause"},
		"reported.also":           {"cause"},

		"facts.title.reasons": nil,
		"facts.title.details": {"cause"},
		"facts.reason":        {"n"},
		"facts.based_on":      nil,
		"facts.reassess":      nil,
		"facts.avoid":         nil,
		"appeal.available":    nil,

		"appeal.start":             nil,
		"appeal.noted":             nil,
		"appeal.resumed":           nil,
		"appeal.left":              nil,
		"appeal.ask_explanation":   nil,
		"appeal.ask_proofs":        {"most"},
		"appeal.proof_received":    {"name", "count"},
		"appeal.confirm":           {"product"},
		"appeal.submitted":         {"reference"},
		"appeal.followed":          nil,
		"appeal.once":              nil,
		"appeal.accepted":          {"reference"},
		"appeal.status_submitted":  {"reference", "date"},
		"appeal.status_accepted":   {"reference", "date"},
		"appeal.status_refused":    {"reference", "date"},
		"appeal.status_open":       {"date"},
		"appeal.refused":           {"reference"},
		"appeal.refused_technical": nil,
		"appeal.refused_late":      nil,
		"appeal.refused_final":     nil,
		"appeal.proofs_dropped":    {"count"},
		"appeal.nothing":           nil,

		"appeal.status_open_elsewhere": {"date"},

		"appeal.title_known":       nil,
		"appeal.title_all":         nil,
		"appeal.title_form":        nil,
		"appeal.field_product":     nil,
		"appeal.field_causes":      nil,
		"appeal.field_decided":     nil,
		"appeal.field_explanation": nil,
		"appeal.field_proofs":      nil,
		"appeal.field_consent":     nil,

		"choice.appeal_start":  nil,
		"choice.appeal_next":   nil,
		"choice.appeal_edit":   nil,
		"choice.appeal_submit": nil,
		"choice.appeal_leave":  nil,
		"choice.appeal_resume": nil,

		"choice.resolved":     nil,
		"choice.not_resolved": nil,
		"choice.agent":        nil,
		"choice.recheck":      nil,
		"choice.more":         nil,
		"choice.cancel_agent": nil,

		"choice.plan":          nil,
		"choice.step_tried":    nil,
		"choice.step_failed":   nil,
		"choice.step_how":      nil,
		"choice.step_skip":     nil,
		"choice.flow_resume":   {"flow"},
		"choice.flow_check":    nil,
		"choice.flow_no_check": nil,

		"flow.start":             nil,
		"flow.question":          nil,
		"flow.next":              nil,
		"flow.not_yet":           nil,
		"flow.skipped":           nil,
		"flow.how":               nil,
		"flow.how_none":          nil,
		"flow.wait":              nil,
		"flow.resumed":           {"flow"},
		"flow.confirm":           nil,
		"flow.confirm_anonymous": nil,
		"flow.done":              nil,
		"flow.confirmed":         {"product"},
		"flow.confirmed_other":   {"cause"},
		"flow.unconfirmed":       {"cause"},
		"flow.unchecked":         nil,
		"flow.no_check":          nil,
		"flow.stopped":           nil,
		"flow.exhausted":         nil,
		"flow.nothing_left":      nil,

		"plan.title":        nil,
		"plan.lead":         {"count"},
		"plan.lead_general": nil,
		"plan.why":          nil,
		"plan.takes":        nil,
		"plan.avoid":        nil,
		"plan.note":         nil,
		"plan.nothing":      nil,
		"plan.saved_hint":   nil,

		"incident.notice":    {"text", "since"},
		"incident.held_back": nil,
		"incident.regions":   {"regions"},

		"clarify.lead":          nil,
		"clarify.none_of_these": nil,
		"fallback.first":        nil,
		"fallback.again":        nil,
		"out_of_scope":          {"product"},

		"small.greet":      nil,
		"small.thanks":     nil,
		"small.bye":        nil,
		"small.abuse":      nil,
		"small.about_bot":  nil,
		"small.go_on":      nil,
		"small.affirm":     nil,
		"small.deny":       nil,
		"resolved.reply":   nil,
		"not_helped.reply": nil,
		"not_helped.again": nil,

		"handoff.ticket":       {"ticket", "hotline"},
		"handoff.already":      {"ticket"},
		"handoff.wait":         {"ticket", "hotline"},
		"handoff.nobody":       {"ticket", "hotline"},
		"handoff.ticket_until": {"ticket", "hotline", "opens"},
		"handoff.wait_until":   {"ticket", "hotline", "opens"},
		"handoff.nobody_until": {"ticket", "hotline", "opens"},
		"handoff.queued":       {"ticket", "position"},
		"handoff.place":        {"ticket", "position"},
		"handoff.usual":        {"minutes"},
		"handoff.now_in_line":  {"ticket"},
		"handoff.delayed":      {"ticket", "hotline"},
		"handoff.called":       {"ticket", "position"},
		"handoff.called_abuse": {"ticket", "position"},
		"handoff.longer":       nil,
		"handoff.expired":      {"ticket", "hotline"},
		"handoff.back":         nil,
		"handoff.cancelled":    nil,
		"handoff.no_request":   nil,
		"scam.warning":         {"hotline"},
		"scam.after":           {"hotline"},
		"distress.care":        {"ticket", "hotline", "crisis"},
		"distress.care_queued": {"ticket", "hotline", "crisis"},
		"distress.stay":        {"crisis"},
		"distress.wait":        {"ticket", "crisis"},
		"distress.place":       {"ticket", "position", "crisis"},
		"distress.delayed":     {"ticket", "crisis"},
		"distress.now_in_line": {"ticket", "crisis"},
		"distress.nobody":      {"ticket", "crisis"},
		"distress.expired":     {"ticket", "crisis"},
		"underage.rule":        {"product"},
		"masked.notice":        nil,

		"followup.what_now": nil,
		"followup.nth":      {"n", "cause"},
		"followup.no_more":  nil,
		"followup.only_one": nil,
		"followup.dispute":  {"cause"},
		"followup.why":      nil,
		"followup.no_topic": nil,
		"followup.how_long": nil,
		"followup.promise":  {"product"},

		"many_questions.lead": nil,

		"help.how":        nil,
		"help.credit":     nil,
		"help.compliance": nil,
		"help.account":    nil,
		"help.technical":  nil,
		"help.policy":     nil,
	}
}

// Phrase returns a fixed wording with its {placeholders} replaced. An argument
// is inserted as it is: a brace inside one stays a brace. A placeholder without
// an argument is dropped, and an unknown key gives "": Load makes sure that the
// keys of phraseKeys exist and use no other placeholder.
func (b *Base) Phrase(key string, locale Locale, args map[string]string) string {
	return b.PhraseWith(key, locale, func(name string) string { return args[name] })
}

// PhraseWith is Phrase for a caller that has its values elsewhere than in a
// map. It asks for those only that the wording holds.
func (b *Base) PhraseWith(key string, locale Locale, value func(name string) string) string {
	return expand(b.words(b.phrases[key], locale), value)
}

// expand replaces the placeholders of a template in one pass.
func expand(template string, value func(name string) string) string {
	if strings.IndexByte(template, '{') < 0 {
		return template
	}
	var out strings.Builder
	for {
		before, rest, open := strings.Cut(template, "{")
		name, after, closed := strings.Cut(rest, "}")
		out.WriteString(before)
		if !open || !closed {
			return out.String()
		}
		out.WriteString(value(name))
		template = after
	}
}

// placeholders lists the names between braces, in order, and says whether
// every brace has its partner.
func placeholders(template string) (names []string, paired bool) {
	for {
		before, rest, open := strings.Cut(template, "{")
		if strings.Contains(before, "}") {
			return names, false
		}
		if !open {
			return names, true
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || strings.Contains(name, "{") {
			return names, false
		}
		names = append(names, name)
		template = after
	}
}
