package rpc

import (
	"errors"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	"cloudpact.dev/services/kit/fault"
)

// shape checks requests against the rules that their proto files carry. Meaning
// is checked by the services.
type shape struct{ v protovalidate.Validator }

func newShape() (shape, error) {
	v, err := protovalidate.New()
	return shape{v}, err
}

func (s shape) check(msg proto.Message) error {
	err := s.v.Validate(msg)
	if err == nil {
		return nil
	}
	var bad *protovalidate.ValidationError
	if !errors.As(err, &bad) || len(bad.Violations) == 0 {
		return fault.Internal(err)
	}
	var f *fault.Fault
	for _, v := range bad.Violations {
		path := protovalidate.FieldPathString(v.Proto.GetField())
		text := v.Proto.GetMessage()
		if text == "" {
			text = "breaks the rule " + v.Proto.GetRuleId()
		}
		if f == nil {
			f = fault.Invalid(fault.ReasonFieldInvalid, path, path+": "+text)
			f.Fields = nil
		}
		f = f.And(path, text)
	}
	return f
}
