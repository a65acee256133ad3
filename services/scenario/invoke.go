package scenario

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/kit/rpc"
	"google.golang.org/protobuf/proto"
)

// invoke brings a call as the role, and keeps what its answer shows.
func (r *run) invoke(ctx context.Context, call, role string, req proto.Message) (proto.Message, error) {
	m, err := findMethod(call)
	if err != nil {
		return nil, err
	}
	token := ""
	if role != "none" {
		if token, err = r.Token(role); err != nil {
			return nil, err
		}
	}
	answer, err := r.call(ctx, Call{Method: m.desc, Request: req, Token: token, After: r.made})
	r.seen.methods[call] = true
	if err != nil {
		return nil, err
	}
	r.keep(answer.Positions)
	r.seen.cite(answer.Message.ProtoReflect())
	return answer.Message, nil
}

// patience is how long a run waits for a service to take in what the run did
// before, as on a machine that is busy with other things.
const patience = time.Minute

func (r *run) call(ctx context.Context, c Call) (answer Answer, err error) {
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = rpc.UntilReached(patient, func() error {
		answer, err = r.Caller.Call(ctx, c)
		return err
	})
	return answer, err
}

// keep remembers the last position of each stream, so that what a run does is
// seen by what it asks next.
func (r *run) keep(positions []rpc.Position) {
	for _, p := range positions {
		r.made = slices.DeleteFunc(r.made, func(o rpc.Position) bool { return o.Source == p.Source && o.Stream == p.Stream })
		r.made = append(r.made, p)
	}
}
