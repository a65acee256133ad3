package rpc

import (
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"cloudpact.dev/services/kit/fault"
)

// Rules that stand in proto files become faults that name each field.
func TestShape(t *testing.T) {
	opts := &descriptorpb.FieldOptions{}
	proto.SetExtension(opts, validate.E_Field, validate.FieldRules_builder{
		String: validate.StringRules_builder{MinLen: proto.Uint64(3)}.Build(),
	}.Build())
	text := descriptorpb.FieldDescriptorProto_TYPE_STRING
	one := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
	many := descriptorpb.FieldDescriptorProto_LABEL_REPEATED
	inner := descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
	fd, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("t.proto"), Syntax: proto.String("proto3"), Package: proto.String("t"),
		MessageType: []*descriptorpb.DescriptorProto{
			{Name: proto.String("M"), Field: []*descriptorpb.FieldDescriptorProto{
				{Name: proto.String("title"), Number: proto.Int32(1), Type: &text, Label: &one, Options: opts},
				{Name: proto.String("lines"), Number: proto.Int32(2), Type: &inner, Label: &many, TypeName: proto.String(".t.M")},
			}},
		},
	}, protoregistry.GlobalFiles)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newShape()
	if err != nil {
		t.Fatal(err)
	}
	md := fd.Messages().Get(0)
	msg := func(title string) *dynamicpb.Message {
		m := dynamicpb.NewMessage(md)
		m.Set(md.Fields().ByName("title"), protoreflect.ValueOfString(title))
		return m
	}
	if err := s.check(msg("fine")); err != nil {
		t.Fatal(err)
	}
	bad := msg("x")
	list := bad.Mutable(md.Fields().ByName("lines")).List()
	list.Append(protoreflect.ValueOfMessage(msg("fine")))
	list.Append(protoreflect.ValueOfMessage(msg("y")))
	f := fault.From(s.check(bad))
	if f == nil || f.Reason != fault.ReasonFieldInvalid || len(f.Fields) != 2 || f.Fields[0].Path != "title" || f.Fields[1].Path != "lines[1].title" {
		t.Fatalf("%+v", f)
	}
}
