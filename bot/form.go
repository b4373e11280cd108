package bot

import (
	"slices"
	"strconv"

	"kaitong/knowledge"
)

// file shows what the form of an appeal asks next, or how the appeal stands.
func (w *writer) file() {
	f := *w.plan.Filing
	w.about.Appeal = f.Show
	w.leadForm(f)
	switch f.Show {
	case AppealExplain:
		w.askToExplain(f)
	case AppealProofs:
		w.say("appeal.ask_proofs", "most", strconv.Itoa(MaxProofs))
		w.form(append(w.documents(), w.fileField())...)
		w.offer(w.choice(choiceAppealNext), w.choice(choiceAppealEdit), w.choice(choiceAppealLeave), w.human())
	case AppealConfirm:
		w.askToConfirm()
	default:
		w.closeForm(f)
	}
}

// closeForm ends what shows nothing of the form. A refusal answers no question
// of the person, so they are not asked whether it did. Below an appeal that was
// sent off nothing is offered that looks as if it took it back.
func (w *writer) closeForm(f Filing) {
	a := w.plan.Appeal
	sent := a.State == AppealSent || a.State == AppealReceived
	switch {
	case f.Act == FilingRefused:
		w.ticket()
		w.offer(append(w.extra, w.human())...)
	case sent && w.plan.Waiting:
		w.offer(append(w.extra, w.choice(choiceResolved), w.choice(choiceNotResolved), w.choice(choiceAgent))...)
	default:
		w.close()
	}
}

// leadForm reacts to what the person did, in a few words.
func (w *writer) leadForm(f Filing) {
	a := w.plan.Appeal
	switch f.Act {
	case FilingStart:
		w.say("appeal.start")
	case FilingFill:
		w.say("appeal.noted")
	case FilingResume:
		w.say("appeal.resumed")
	case FilingAttach:
		w.addOfNow(w.paragraph("appeal.proof_received", "name", a.Proofs[len(a.Proofs)-1].Name, "count", strconv.Itoa(len(a.Proofs))))
	case FilingLeave:
		w.say("appeal.left")
	case FilingSubmit:
		w.addOfNow(w.paragraph("appeal.submitted", "reference", a.Reference))
		w.say("appeal.followed")
	case FilingStatus:
		w.status(f)
	case FilingRefused:
		w.addOfNow(w.paragraph("appeal.refused", "reference", a.Reference))
		w.refused(a)
	}
}

// status tells how appeals stand, and promises nothing.
func (w *writer) status(f Filing) {
	a := w.plan.Appeal
	if f.Elsewhere != nil {
		w.standing(*f.Elsewhere)
	}
	switch {
	case a.State == AppealOpen:
		w.addOfNow(w.paragraph("appeal.status_open", "date", dateWords(a.Begun, w.plan.Locale)))
	case a.State != "":
		w.standing(a)
	}
	if f.Once {
		w.say("appeal.once")
		w.plan.OfferAgent = !w.plan.Waiting
	}
}

// standing tells how one appeal stands: one that was sent off, or that waits in
// another conversation.
func (w *writer) standing(a Appeal) {
	key, at := "appeal.status_submitted", a.Submitted
	switch a.State {
	case AppealOpen:
		key, at = "appeal.status_open_elsewhere", a.Begun
	case AppealReceived:
		key, at = "appeal.status_accepted", a.Accepted
	case AppealDeclined:
		key, at = "appeal.status_refused", a.Refused
	}
	w.addOfNow(w.paragraph(key, "reference", a.Reference, "date", dateWords(at, w.plan.Locale)))
	if a.State == AppealDeclined {
		w.refused(a)
	}
}

// refused says what a refusal means, and offers what may help: the form once
// more where it could not be processed, and a human always.
func (w *writer) refused(a Appeal) {
	w.say("appeal.refused_" + string(a.Class))
	w.plan.OfferAgent = !w.plan.Waiting // said first among the choices
	if w.plan.Appeal.mayRepeat() {
		w.extra = append(w.extra, w.choice(choiceAppealStart))
	}
}

// askToExplain shows what is filled in already, and asks for what only the
// person knows.
func (w *writer) askToExplain(f Filing) {
	a := w.plan.Appeal
	if f.Act == FilingStart || f.Act == FilingResume {
		w.addOfNow(Block{Type: BlockFacts, Title: w.phrase("appeal.title_known"), Source: "phrase:appeal.title_known", Items: w.known(a)})
	}
	w.say("appeal.ask_explanation")
	w.form(Field{ID: fieldExplanation, Label: w.phrase("appeal.field_explanation"), Kind: FieldText, Value: a.Explanation, Optional: true})
	w.offer(w.choice(choiceAppealNext), w.choice(choiceAppealLeave), w.human())
}

// askToConfirm shows the whole form as it will be sent.
func (w *writer) askToConfirm() {
	a := w.plan.Appeal
	said, proofs := a.Explanation, w.proofNames()
	if said == "" {
		said = w.phrase("appeal.nothing")
	}
	if proofs == "" {
		proofs = w.phrase("appeal.nothing")
	}
	w.addOfNow(Block{Type: BlockFacts, Title: w.phrase("appeal.title_all"), Source: "phrase:appeal.title_all", Items: append(w.known(a),
		Item{Label: w.phrase("appeal.field_explanation"), Text: said},
		Item{Label: w.phrase("appeal.field_proofs"), Text: proofs},
	)})
	w.say("appeal.confirm")
	w.form(append(w.documents(), w.fileField(), Field{ID: fieldConsent, Label: w.phrase("appeal.field_consent"), Kind: FieldConsent})...)
	w.offer(w.choice(choiceAppealSubmit), w.choice(choiceAppealEdit), w.choice(choiceAppealLeave), w.human())
}

// known is what nobody has to be asked for: causes by the names that may be
// told, which the person has been told already.
func (w *writer) known(a Appeal) []Item {
	items := []Item{{Label: w.phrase("appeal.field_product"), Text: w.plan.Product}}
	var names []string
	for _, id := range a.Causes {
		if cause, ok := w.base.Cause(id); ok && cause.Disclosure != knowledge.Silent {
			names = appendNew(names, w.naming(cause))
		}
	}
	if len(names) > 0 {
		items = append(items, Item{Label: w.phrase("appeal.field_causes"), Text: listPlain(names, w.plan.Locale)})
	}
	return append(items, Item{Label: w.phrase("appeal.field_decided"), Text: dateWords(a.Decided, w.plan.Locale)})
}

func (w *writer) proofNames() string {
	names := make([]string, len(w.plan.Appeal.Proofs))
	for i, proof := range w.plan.Appeal.Proofs {
		names[i] = proof.Name
	}
	return listPlain(names, w.plan.Locale)
}

// documents are those the appeal holds, a field each.
func (w *writer) documents() []Field {
	var fields []Field
	for _, proof := range w.plan.Appeal.Proofs {
		fields = append(fields, Field{ID: proof.ID, Label: proof.Name, Kind: FieldDocument, Value: sizeWords(proof.Size)})
	}
	return fields
}

func (w *writer) fileField() Field {
	return Field{ID: fieldProofs, Label: w.phrase("appeal.field_proofs"), Kind: FieldFile, Value: w.proofNames(), Optional: true}
}

// sizeWords is a size as people say it, the same in all languages.
func sizeWords(bytes int64) string {
	kilo := float64(bytes) / 1024
	switch {
	case kilo < 1:
		return strconv.FormatInt(bytes, 10) + " B"
	case kilo < 1000:
		return strconv.FormatFloat(kilo, 'f', 1, 64) + " KB"
	}
	return strconv.FormatFloat(kilo/1024, 'f', 1, 64) + " MB"
}

func (w *writer) form(fields ...Field) {
	w.addOfNow(Block{Type: BlockForm, Title: w.phrase("appeal.title_form"), Source: "phrase:appeal.title_form", Fields: fields})
}

// resumeAppeal offers to go on with a form that was interrupted.
func (w *writer) resumeAppeal() {
	left := w.plan.Move != MoveAppeal || w.plan.Filing.Act == FilingLeave || w.plan.Filing.Act == FilingStatus
	if w.plan.Appeal.State != AppealOpen || !left || w.plan.Move == MoveRefuse || w.stopped() {
		return
	}
	w.extra = slices.Insert(w.extra, 0, w.choice(choiceAppealResume))
}
