package terms

// Setting is a value of a policy: fixed by the text, or decided by a reading.
// Exactly one of the two is set; the zero Setting means that the agreement has
// nothing of the kind.
type Setting struct {
	// The value, where the text fixes it.
	Value string `json:"value,omitempty"`
	// Name of the reading that decides it.
	Reading string `json:"reading,omitempty"`
}

// IsZero tells whether neither a value nor a reading is set.
func (s Setting) IsZero() bool { return s == Setting{} }
