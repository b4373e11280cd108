package knowledge

// schemaRules is what the types of Go do not say: required keys, allowed
// values, shapes. A key is a type, or a type and one of its keys.
func schemaRules() map[string]object {
	id := object{"pattern": `^[a-z][a-z0-9]*([._-][a-z0-9]+)*$`}
	version := object{"pattern": `^[0-9]{1,9}(\.[0-9]{1,9}){0,5}$`}
	enum := func(values ...string) object { return object{"enum": values} }
	need := func(names ...string) object { return object{"required": names} }
	signed := func(names ...string) object {
		return need(append(names, "sources", "owner", "version", "valid_from", "review_by")...)
	}
	rules := map[string]object{
		"pack":    need("id", "version", "locales", "product", "contacts", "neutral"),
		"reasons": need("reasons"), "phrases": need("phrases"),
		"cause":    signed("id", "category", "disclosure", "title", "explain", "based_on", "reassess", "avoid"),
		"fix":      signed("id", "title", "steps"),
		"answer":   signed("intent", "label", "text"),
		"symptom":  signed("id", "label", "says", "intents", "text"),
		"flow":     signed("id", "title", "steps"),
		"dialogue": {"required": []string{"dialogue", "about", "turns"}},

		"Product": need("id", "name"), "Contacts": need("hotline", "crisis"),
		"Fact": need("id", "text", "sources"), "Neighbour": need("id", "name"),
		"Step": need("text", "how"), "StepAnswer": need("id", "label"),
		"Reason": {"required": []string{"code"}, "oneOf": []any{need("cause"), need("disclosure")}},
		"FlowStep": {
			"anyOf":            []any{need("fix"), need("id", "text")},
			"dependentSchemas": object{"fix": object{"properties": object{"text": false, "how": false, "expect": false, "if_not": false, "answers": false}}},
		},
		"Reply":    {"oneOf": []any{need("decision"), need("fails")}},
		"Exchange": {"oneOf": []any{need("say"), need("tap")}},
		"text": {
			"type": "object", "minProperties": 1,
			"propertyNames": object{"pattern": `^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`},
			"properties": object{
				"zh-CN": object{"description": "简体中文", "type": "string", "minLength": 1, "maxLength": maxTextRunes},
				"en":    object{"description": "English", "type": "string", "minLength": 1, "maxLength": maxTextRunes},
			},
			"additionalProperties": object{"type": "string", "minLength": 1, "maxLength": maxTextRunes},
		},

		"Cause.category":   enum("credit", "policy", "technical", "compliance", "account"),
		"Cause.disclosure": enum(string(Specific), string(Generic)), "Reason.disclosure": enum(string(Silent)),
		"Reason.code":  {"pattern": `^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`},
		"Answer.right": enum("explanation", "human_review"), "Answer.only_if": enum("eligible", "ineligible", "review"),
		"When.decision": enum(decisions()...), "When.os": enum(systems()...), "When.app_below": version, "When.app_from": version,
		"Reply.decision": enum("eligible", "ineligible", "review", "unknown"), "Reply.fails": enum("timeout", "unavailable", "invalid"),
		"Expect.decision": enum(decisions()...), "Expect.handoff": enum(nothing, "requested", "queued", "active", "resolved", "cancelled"),
		"Meta.version": {"minimum": 1},
	}
	for _, name := range []string{"Pack.id", "Product.id", "Fact.id", "Neighbour.id", "Cause.id", "Fix.id", "Step.id", "Symptom.id", "Flow.id", "StepAnswer.id", "Answer.intent"} {
		rules[name] = id
	}
	return rules
}

// schemaWords describes kinds of files, and keys whose comment in the source is
// missing or speaks to programmers.
func schemaWords() map[string]string {
	return map[string]string{
		"pack":     "What the pack is about, and the only contacts an answer may show.",
		"reasons":  "Every code the eligibility service may return, and the cause it stands for.",
		"phrases":  "Every fixed wording of the program.",
		"cause":    "One reason why an activation fails. The file is named by its id.",
		"fix":      "Something a person can do, as two to four steps. The file is named by its id.",
		"answer":   "What is said to one intent. The file is named by the intent.",
		"symptom":  "Something people say they see. The file is named by its id.",
		"flow":     "Steps that are walked through one at a time. The file is named by its id.",
		"dialogue": "A test conversation: what a person does, and what must come of it. The file is named by its id.",

		"Pack.id": "The id of the pack.", "Pack.version": "Changes with every release of the pack: 1.2.0",
		"Pack.locales": "The languages the pack is written in; the first one is the default.",
		"Pack.product": "What the pack is about.", "Pack.contacts": "The only phone numbers an answer may show.",
		"Pack.facts":      "General statements about the product.",
		"Pack.neighbours": "Other products that people mix up with this one.",
		"Product.id":      "The id of the product, as the eligibility service knows it.", "Product.name": "What people call it.",
		"Product.aliases": "Other names, spellings and frequent slips.",
		"Neighbour.id":    "The id of the other product.", "Neighbour.name": "What people call it.",
		"Contacts.hotline": "The phone number, in quotes.", "Contacts.hours": "When somebody answers.",
		"Fact.id": "The id of the fact.", "Fact.text": "One general statement.", "Fact.sources": "Where it is from.",
		"Meta.sources": "Where this is from. People can see it.", "Meta.owner": "Who signs it off.",
		"Meta.version": "One more with every change that was signed off.", "Meta.valid_from": "The first day it holds: 2026-11-23",
		"Meta.review_by":  "Read it again by this day; lint reports it afterwards.",
		"reasons.reasons": "One line a code.", "phrases.phrases": "One entry a wording.",
		"Reason.code": "The code, in capitals: OVERDUE_NOW", "Reason.disclosure": "silent: the standard refusal and nothing else; then there is no cause.",
		"Reason.cause": "The cause it stands for; none for a silent code.",
		"Cause.id":     "The id: credit.bad_record", "Cause.category": "The group it belongs to.",
		"Cause.disclosure": "specific: may be named. generic: only the category is named.",
		"Fix.id":           "The id: network.check", "Fix.steps": "Two to four steps.",
		"Step.text":     "What to do, in one short sentence.",
		"Answer.intent": "The intent it answers.", "Answer.fixes": "What helps, most useful first.",
		"When.os": "ios, android, harmony; unknown: nobody told.", "When.decision": "What the check said; none: no check was made.",
		"Answer.right":   "When asking is using a right: explanation, or human_review.",
		"Answer.only_if": "The check that has to say so, or the text makes no sense: eligible.",
		"Cause.fixes":    "What helps, most useful first.", "Pack.neutral": "The id of the cause that stands in for every silent code.",
		"Answer.text": "One to three short paragraphs.", "Symptom.text": "One to three short paragraphs, in place of the intent's own.",
		"Answer.check": "true: the eligibility service is asked first.", "Answer.handoff": "true: leads to a human.", "Symptom.handoff": "true: leads to a human.",
		"Answer.plan": "true: answered with the improvement plan for the reasons returned.", "Cause.stop": "true: no fixes and no way around, as with the age rule.",
		"Symptom.alone": "true: the words are enough, even in a text that seems to be about something else.",
		"Symptom.says":  "The wordings that give it away, in each language: 验证码|短信 … 收不到|没收到", "Symptom.flow": "The flow that helps.",
		"Symptom.intents": "The questions it refines. The first one is assumed when the question is not understood otherwise.",
		"FlowStep.id":     "Names the step, for good: what was tried is remembered by it.", "FlowStep.how": "How exactly, unfolded on request.",
		"Step.id":       "Names the step, for good; without one it is its place in the list.",
		"StepAnswer.go": "The id of a later step; end: nothing that follows would help; done: what the person needs is there. Without it the next step follows.", "Offer.eligible": "true: when the check says it can be opened and it fails all the same.",
		"When.app_below": "The app is older than this version: 10.5.0 (in quotes when it has one dot only).",
		"When.app_from":  "The app is this version or newer.", "When.says": "The person named one of these symptoms.",
		"When.locale": "The language talked in.", "When.valid_from": "The first day.", "When.until": "The last day.",
		"Dialogue.alike":  "Other replies with which every answer must be the same to the letter: what must not be told cannot be told apart.",
		"Dialogue.locale": "The language of the app; without it, the language the person writes in.", "Dialogue.eligibility": "What the eligibility service replies, one entry a check; the last one stays.",
		"Dialogue.incidents": "Incidents that are live: all, the category of a cause, or the id of a cause.",
		"Reply.reasons":      "Reason codes, as the service returns them.", "Expect.reasons": "The causes of the reasons told: exactly these, in this order; [] for none.",
		"Expect.flow": "The flow the person is in afterwards, or none.", "Expect.step": "The key of the step shown: network.check/vpn_off", "Exchange.tap": "The id of a choice of the last answer.",
		"Symptom.id": "The id: sms_code", "Symptom.fixes": "What helps, most useful first.", "Symptom.when": "Whom it is for.",
		"Flow.id": "The id: network", "Flow.offer": "When it is offered.", "Flow.steps": "The steps, in order.",
		"StepAnswer.id": "The id of the answer, unique within the question.", "StepAnswer.label": "The answer in the person's own words.",
		"Dialogue.dialogue": "The id, as the file is named.", "Dialogue.anonymous": "true: nobody is signed in, so no check is made.",
		"Dialogue.agents": "true: humans are there to take conversations over.",
		"Dialogue.client": "The app the person uses.", "Dialogue.turns": "What the person does, one thing after the other.",
		"Client.os": "ios, android, harmony …", "Client.app_version": "10.5.0, in quotes when it has one dot only.", "Client.network": "wifi, cellular, vpn …",
		"Client.region":  "Where the person is.",
		"Reply.decision": "What the service concluded.", "Reply.appealable": "true: the result can be appealed.", "Reply.review_eta": "The day a review should be done.",
		"Exchange.say": "What the person types.", "Exchange.expect": "What the answer must be.",
		"Expect.move": "What the program does with it: answer, clarify, step, handoff, warn …", "Expect.intent": "The intent that was understood.",
		"Expect.symptom": "The symptom that was recognised, or none.", "Expect.cause": "The cause that is explained, or none.",
		"Expect.decision": "What the check said.", "Expect.fixes": "Fixes that must be offered, among others.",
		"Expect.choices": "Choices that must be offered, among others.", "Expect.sources": "Sources that must be named, among others.",
		"Expect.not_fixes": "Fixes that must not be offered.", "Expect.handoff": "Where the hand-off to a human stands.",
	}
}
