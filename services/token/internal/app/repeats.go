package app

import (
	"errors"
	"sync/atomic"
)

// errRepeated: a request of the group was answered before.
var errRepeated = errors.New("a use of the group is recorded already")

// watchful is how many groups search for repeated requests first after one was
// met: callers that time out repeat many at once.
const watchful = 64

// repeats remembers whether repetitions are about.
type repeats struct{ left atomic.Int64 }

func (r *repeats) met() { r.left.Store(watchful) }

// expected tells whether the next group should search first.
func (r *repeats) expected() bool { return r.left.Load() > 0 && r.left.Add(-1) >= 0 }
