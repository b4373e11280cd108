package analytics

// Sum is an amount that a contact adds up to. Its number is its column in a
// projection: new ones are added at the end, and change [Version].
type Sum uint8

// The sums. Times are in milliseconds.
const (
	Questions      Sum = iota // messages that ask the bot for something
	BotMessages               // replies of the bot to a person
	Fallbacks                 // questions that were not understood
	Clarifies                 // questions answered by readings to choose from
	Checks                    // eligibility checks made, failed ones included
	ChecksFailed              // eligibility checks that could not be made
	Votes                     // the last vote on each message
	VotesUp                   // of these, up
	HumanRequests             // times a human was asked for
	HumanWaits                // of these, times a human wrote
	HumanWaitMS               // from asking to the first word of a human
	HumanTalks                // times an agent had the conversation
	HumanTalkMS               // from taking it to the agent's last act
	HumanMessages             // messages of agents
	PersonMessages            // messages of the person
	Breaches                  // promises to somebody waiting that were not kept

	sums // how many there are
)

// SumCount is how many sums there are.
const SumCount = int(sums)

// Sums are the sums of one contact, or of many.
type Sums [SumCount]int64

// String is the name of a sum in figures, queries and documents.
func (s Sum) String() string {
	names := sumNames()
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

func sumNames() [SumCount]string {
	return [SumCount]string{
		"questions", "bot_messages", "fallbacks", "clarifies", "checks", "checks_failed", "votes", "votes_up",
		"human_requests", "human_waits", "human_wait_ms", "human_talks", "human_talk_ms", "human_messages", "person_messages", "breaches",
	}
}
