package book

import "time"

// Operation is an advance of a provider's clock: it outlives the call that
// started it, and the process.
type Operation struct {
	ID       string `json:"id"`
	Provider string `json:"provider"`
	// From is where the clock stood, Target where it goes, Now where it stands.
	From   time.Time `json:"from"`
	Target time.Time `json:"target"`
	Now    time.Time `json:"now"`
	// Deadlines that acted so far.
	Deadlines int64 `json:"deadlines"`
	// Rounds that it took so far.
	Rounds int64 `json:"rounds"`
	Done   bool  `json:"done"`
	// Failure says why a done operation did not reach its target; nil where it
	// did.
	Failure *Failure `json:"failure,omitempty"`
	Version int64    `json:"version"`
}

// Name is "operations/billing/{id}".
func (o Operation) Name() string { return "operations/billing/" + o.ID }

// Failure is the fault of an operation.
type Failure struct {
	Code     int               `json:"code"`
	Reason   string            `json:"reason"`
	Message  string            `json:"message"`
	Metadata map[string]string `json:"metadata,omitempty"`
}
