// Command protoimage compiles a folder of .proto files and writes them, with
// everything they import, as an image: a FileDescriptorSet with source info
// that `buf lint`, `buf generate` and `buf breaking` take as input.
//
//	protoimage FOLDER IMAGE
package main

import (
	"context"
	"fmt"
	"os"

	"cloudpact.dev/ci/tools/protosource"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: protoimage FOLDER IMAGE")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "protoimage:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, folder, image string) error {
	files, err := protosource.Compile(ctx, folder)
	if err != nil {
		return err
	}
	own := map[string]bool{}
	for _, f := range files {
		own[f.Path()] = true
	}
	w := writer{own: own, seen: map[string]bool{}}
	for _, f := range files {
		w.add(f)
	}
	out, err := proto.MarshalOptions{Deterministic: true}.Marshal(&w.set)
	if err != nil {
		return err
	}
	return os.WriteFile(image, out, 0o644)
}

type writer struct {
	own, seen map[string]bool
	set       descriptorpb.FileDescriptorSet
}

// add appends a file after everything that it imports.
func (w *writer) add(f protoreflect.FileDescriptor) {
	if w.seen[f.Path()] {
		return
	}
	w.seen[f.Path()] = true
	imports := f.Imports()
	for i := range imports.Len() {
		w.add(imports.Get(i).FileDescriptor)
	}
	desc := protodesc.ToFileDescriptorProto(f)
	if !w.own[f.Path()] {
		desc.ProtoReflect().SetUnknown(importMark())
	}
	w.set.File = append(w.set.File, desc)
}

// importMark is buf's image extension of FileDescriptorProto, field 8042 with
// is_import (field 1) set: buf neither lints nor generates such a file.
func importMark() []byte {
	inner := protowire.AppendTag(nil, 1, protowire.VarintType)
	inner = protowire.AppendVarint(inner, 1)
	mark := protowire.AppendTag(nil, 8042, protowire.BytesType)
	return protowire.AppendBytes(mark, inner)
}
