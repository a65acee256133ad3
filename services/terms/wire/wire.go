// Package wire is the only conversion between terms and their messages.
//
// Both sides have the same names, so the bridge is their common JSON; a test
// compares every struct with its message. What a message holds that this build
// does not know is refused, never dropped: a policy that is not seen would be a
// rule that is not kept.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"

	termsv1 "cloudpact.dev/gen/go/cloudpact/terms/v1"
	"cloudpact.dev/services/terms"
)

// TooNew refuses terms with a field that this build does not know
// (TERMS_TOO_NEW).
type TooNew struct {
	// Path of the message that holds the field, for example "interest".
	Path string
	// Field is its number, or its name where only that is known.
	Field string
}

// Error names the field and the remedy.
func (e *TooNew) Error() string {
	at := e.Path
	if at == "" {
		at = "the terms"
	}
	return fmt.Sprintf("%s: field %s is not known to this build: upgrade it, or register a revision without the field", at, e.Field)
}

// ToProto is the message of terms.
func ToProto(t *terms.Terms) (*termsv1.Terms, error) {
	if t == nil {
		return nil, errors.New("there are no terms to convert")
	}
	b, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	m := &termsv1.Terms{}
	if err := protojson.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("the terms are not of the message's form: %w", err)
	}
	return m, nil
}

// FromProto is the terms of a message. It refuses what it does not know with
// *TooNew.
func FromProto(m *termsv1.Terms) (*terms.Terms, error) {
	if m == nil {
		return nil, errors.New("the message holds no terms")
	}
	if err := unknown("", m.ProtoReflect()); err != nil {
		return nil, err
	}
	b, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return nil, err
	}
	t := &terms.Terms{}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(t); err != nil {
		// The message and the struct are of one build; a test keeps them alike.
		return nil, &TooNew{Field: err.Error()}
	}
	return t, nil
}

// unknown looks for fields that a newer sender has set.
func unknown(path string, m protoreflect.Message) error {
	if b := m.GetUnknown(); len(b) > 0 {
		return &TooNew{Path: path, Field: fieldNumber(b)}
	}
	var err error
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.Message() == nil {
			return true
		}
		at := string(f.Name())
		if path != "" {
			at = path + "." + at
		}
		if !f.IsList() {
			err = unknown(at, v.Message())
			return err == nil
		}
		for i := range v.List().Len() {
			if err = unknown(fmt.Sprintf("%s[%d]", at, i), v.List().Get(i).Message()); err != nil {
				return false
			}
		}
		return true
	})
	return err
}
