package transport

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/kit/commit"
)

// encoders turn the domain's changes into bodies of billing's Change, one for
// each half and one for what kit publishes. One that does not know a change
// answers nil.
var encoders = []func(body any) proto.Message{encodeDeadline, encodeBook, encodeLedger}

// fields are the fields of Change that hold a body, by their message.
var fields = func() map[protoreflect.FullName][]protoreflect.FieldDescriptor {
	out := map[protoreflect.FullName][]protoreflect.FieldDescriptor{}
	body := (&billingv1.Change{}).ProtoReflect().Descriptor().Oneofs().ByName("body")
	for i := range body.Fields().Len() {
		f := body.Fields().Get(i)
		out[f.Message().FullName()] = append(out[f.Message().FullName()], f)
	}
	return out
}()

// EncodeChange is the feed's encoder: the change's body becomes the field of
// billing.v1.Change that bears its type's name.
func EncodeChange(d commit.Draft) (string, []byte, error) {
	for _, encode := range encoders {
		m := encode(d.Body)
		if m == nil {
			continue
		}
		for _, f := range fields[m.ProtoReflect().Descriptor().FullName()] {
			if string(f.Name()) == d.Type {
				c := &billingv1.Change{}
				c.ProtoReflect().Set(f, protoreflect.ValueOfMessage(m.ProtoReflect()))
				b, err := proto.MarshalOptions{Deterministic: true}.Marshal(c)
				return d.Type, b, err
			}
		}
		return "", nil, fmt.Errorf("billing's feed has no change %q that holds %s", d.Type, m.ProtoReflect().Descriptor().Name())
	}
	return "", nil, fmt.Errorf("billing's feed cannot hold %T", d.Body)
}
