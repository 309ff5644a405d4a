package store

// Reason is why, of a short list; reports have the same as measures on people.
type Reason string

// The reasons.
const (
	Spam        Reason = "spam"
	Harassment  Reason = "harassment"
	Hate        Reason = "hate"
	Violence    Reason = "violence"
	Illegal     Reason = "illegal"
	Heated      Reason = "heated"
	Flood       Reason = "flood"
	OffTopic    Reason = "off-topic"
	Maintenance Reason = "maintenance"
	OtherReason Reason = "other"
	ByRule      Reason = "rule"      // what a rule says itself
	Elsewhere   Reason = "elsewhere" // who has left a team is no offender
)

// Reasons are those of what somebody did, in the order of the list.
var Reasons = []Reason{Spam, Harassment, Hate, Violence, Illegal, OffTopic, OtherReason}

var (
	roomReasons     = []Reason{Heated, Flood, OffTopic, Maintenance, OtherReason}
	turnDownReasons = append([]Reason{ByRule}, Reasons...)
	removalReasons  = append([]Reason{Elsewhere}, Reasons...)
	newcomerReasons = []Reason{Spam, Flood, Maintenance, OtherReason}
)

// Reasons are those for a measure of the kind, in the order of the list: a room is slow
// for other reasons than a person is silent.
func (k MeasureKind) Reasons() []Reason {
	switch k {
	case SlowMode, RoomLock:
		return roomReasons
	case NewcomerCap, NewcomerLag:
		return newcomerReasons
	case TurnDown:
		return turnDownReasons
	case Removal:
		return removalReasons
	}
	return Reasons
}
