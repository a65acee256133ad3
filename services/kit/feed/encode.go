package feed

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/wire"
)

// Encode makes a change's bytes: body becomes the field of the service's empty
// message Change that bears the type's name. A type that has no such field, or a
// field of another message, is an error. Equal changes have equal bytes.
func Encode(change proto.Message, typ string, body proto.Message) (string, []byte, error) {
	c, b := change.ProtoReflect(), body.ProtoReflect()
	f := c.Descriptor().Fields().ByName(protoreflect.Name(typ))
	if f == nil || f.Message() == nil || f.Message().FullName() != b.Descriptor().FullName() {
		return "", nil, fmt.Errorf("%s has no change %q that holds %s", c.Descriptor().FullName(), typ, b.Descriptor().Name())
	}
	c.Set(f, protoreflect.ValueOfMessage(b))
	out, err := proto.MarshalOptions{Deterministic: true}.Marshal(change)
	return typ, out, err
}

// DeadlineBody is the body of what kit publishes about deadlines: four messages
// alike, told apart by the deadline's state.
func DeadlineBody(d commit.Deadline) proto.Message {
	facts := &typev1.DeadlineFacts{
		Deadline: d.Name, Subject: d.Subject, Kind: d.Kind, DueTime: wire.ToTime(d.Due), Rank: int32(d.Rank),
		Clause: d.Clause, Consequence: d.Consequence, Version: d.Version,
	}
	switch d.State {
	case commit.Met:
		return &typev1.DeadlineMet{Deadline: facts}
	case commit.Missed:
		return &typev1.DeadlineMissed{Deadline: facts}
	case commit.Withdrawn:
		return &typev1.DeadlineWithdrawn{Deadline: facts}
	}
	return &typev1.DeadlineSet{Deadline: facts}
}
