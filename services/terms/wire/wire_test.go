package wire_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	termsv1 "cloudpact.dev/gen/go/cloudpact/terms/v1"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/shipped"
	"cloudpact.dev/services/terms/wire"
)

func TestRoundTripKeepsEveryAgreement(t *testing.T) {
	for _, a := range shipped.All() {
		f, err := shipped.Load(a.ID)
		if err != nil {
			t.Fatal(err)
		}
		m, err := wire.ToProto(f.Terms)
		if err != nil {
			t.Fatal(err)
		}
		b, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		got := &termsv1.Terms{}
		if err := proto.Unmarshal(b, got); err != nil {
			t.Fatal(err)
		}
		back, err := wire.FromProto(got)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(f.Terms, back); d != "" {
			t.Errorf("%s: %s", a.ID, d)
		}
		if hash, err := terms.Hash(back); err != nil || hash != f.Hash {
			t.Errorf("%s: hash %s, want %s (%v)", a.ID, hash, f.Hash, err)
		}
	}
}

// TestEveryFieldCrosses fills every field of every struct once.
func TestEveryFieldCrosses(t *testing.T) {
	full := &terms.Terms{}
	fill(reflect.ValueOf(full).Elem())
	m, err := wire.ToProto(full)
	if err != nil {
		t.Fatal(err)
	}
	back, err := wire.FromProto(m)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(full, back); d != "" {
		t.Error(d)
	}
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString("文 <text> & \"more\"")
	case reflect.Int32:
		v.SetInt(-2147483648)
	case reflect.Bool:
		v.SetBool(true)
	}
}

// TestStructsAndMessagesAreAlike compares names, kinds and order of the fields.
func TestStructsAndMessagesAreAlike(t *testing.T) {
	seen := map[protoreflect.FullName]bool{}
	var compare func(reflect.Type, protoreflect.MessageDescriptor)
	compare = func(s reflect.Type, m protoreflect.MessageDescriptor) {
		if seen[m.FullName()] {
			return
		}
		seen[m.FullName()] = true
		if s.Name() != string(m.Name()) || s.NumField() != m.Fields().Len() {
			t.Errorf("%s has %d fields, %s has %d", s.Name(), s.NumField(), m.FullName(), m.Fields().Len())
			return
		}
		for i := range s.NumField() {
			f := s.Field(i)
			d := m.Fields().ByName(protoreflect.Name(terms.Key(f)))
			if d == nil {
				t.Errorf("%s lacks %s", m.FullName(), terms.Key(f))
				continue
			}
			if want := form(f.Type); want != protoForm(d) {
				t.Errorf("%s is %s, the struct has %s", d.FullName(), protoForm(d), want)
			}
			if d.Message() != nil {
				inner := f.Type
				for inner.Kind() != reflect.Struct {
					inner = inner.Elem()
				}
				compare(inner, d.Message())
			}
		}
	}
	compare(reflect.TypeOf(terms.Terms{}), (&termsv1.Terms{}).ProtoReflect().Descriptor())
	file := (&termsv1.Terms{}).ProtoReflect().Descriptor().ParentFile()
	for i := range file.Imports().Len() {
		for j := range file.Imports().Get(i).Messages().Len() {
			if m := file.Imports().Get(i).Messages().Get(j); !seen[m.FullName()] {
				t.Errorf("%s belongs to no field of the terms", m.FullName())
			}
		}
	}
}

func form(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "repeated " + form(t.Elem())
	case reflect.Pointer, reflect.Struct:
		return "message"
	}
	return t.Kind().String()
}

func protoForm(d protoreflect.FieldDescriptor) string {
	name := d.Kind().String()
	if d.IsList() {
		return "repeated " + name
	}
	return name
}

func TestFromProtoRefusesWhatItDoesNotKnow(t *testing.T) {
	unknown := protowire.AppendTag(nil, 4000, protowire.VarintType)
	unknown = protowire.AppendVarint(unknown, 1)
	for path, spoil := range map[string]func(*termsv1.Terms){
		"":                       func(m *termsv1.Terms) { m.ProtoReflect().SetUnknown(unknown) },
		"interest":               func(m *termsv1.Terms) { m.Interest.ProtoReflect().SetUnknown(unknown) },
		"tokens.rules[1]":        func(m *termsv1.Terms) { m.Tokens.Rules[1].ProtoReflect().SetUnknown(unknown) },
		"interest.method":        func(m *termsv1.Terms) { m.Interest.Method.ProtoReflect().SetUnknown(unknown) },
		"readings[3].options[0]": func(m *termsv1.Terms) { m.Readings[3].Options[0].ProtoReflect().SetUnknown(unknown) },
	} {
		f, err := shipped.Load("cpc")
		if err != nil {
			t.Fatal(err)
		}
		m, err := wire.ToProto(f.Terms)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range m.Readings {
			if len(r.Options) > 0 {
				m.Readings[3], m.Readings[i] = m.Readings[i], m.Readings[3]
				break
			}
		}
		spoil(m)
		_, err = wire.FromProto(m)
		var e *wire.TooNew
		if !errors.As(err, &e) || e.Path != path || e.Field != "4000" || !strings.Contains(e.Error(), "upgrade") {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestNothingIsRefused(t *testing.T) {
	if _, err := wire.ToProto(nil); err == nil {
		t.Error("no terms were converted")
	}
	if _, err := wire.FromProto(nil); err == nil {
		t.Error("no message was converted")
	}
}
