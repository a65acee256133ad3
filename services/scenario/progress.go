package scenario

import (
	"maps"
	"slices"

	"cloudpact.dev/services/kit/rpc"
)

// Progress is how far a run has come: what it takes to go on after a crash.
type Progress struct {
	// Steps that are done.
	Steps int
	// Vars that they saved.
	Vars map[string]string
	// Positions of their changes: what is asked next waits for them, after a
	// crash as without one.
	Positions []rpc.Position
}

func (r *run) progress(done int) Progress {
	return Progress{Steps: done, Vars: maps.Clone(r.vars), Positions: slices.Clone(r.made)}
}
