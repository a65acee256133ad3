// Package figures holds what all figures of CloudPact share: the error that
// every parser in the module returns. The arithmetic lives in the packages
// below it. Nothing here reads a clock, a file or the network, and nothing
// uses floating point.
package figures

import "strconv"

// InputError says that a text is not the figure it claims to be. The caller
// adds the path of the field; Reason and Remedy are ready to be shown.
type InputError struct {
	Reason string // upper snake case, for example "BAD_RATIO"
	Input  string // what was given, shortened
	Remedy string // what would be accepted, as a sentence
}

// Error tells the reason, the input and the remedy in one line.
func (e *InputError) Error() string {
	return e.Reason + ": " + strconv.Quote(e.Input) + ": " + e.Remedy
}

// shown is how much of a refused input an error repeats, in bytes.
const shown = 64

// Refuse builds an InputError and shortens the input that it repeats.
func Refuse(reason, input, remedy string) *InputError {
	if len(input) > shown {
		input = input[:shown] + "..."
	}
	return &InputError{Reason: reason, Input: input, Remedy: remedy}
}
