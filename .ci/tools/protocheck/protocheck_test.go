package protocheck

import (
	"testing"

	"cloudpact.dev/ci/tools/protosource"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/descriptorpb"

	// Every generated package: one that is missing here fails the test.
	_ "cloudpact.dev/gen/go/cloudpact/billing/v1"
	_ "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	_ "cloudpact.dev/gen/go/cloudpact/contract/v1"
	_ "cloudpact.dev/gen/go/cloudpact/internalapi/v1"
	_ "cloudpact.dev/gen/go/cloudpact/sla/v1"
	_ "cloudpact.dev/gen/go/cloudpact/terms/v1"
	_ "cloudpact.dev/gen/go/cloudpact/token/v1"
	_ "cloudpact.dev/gen/go/cloudpact/type/v1"
)

func TestGeneratedCodeSaysWhatProtoSays(t *testing.T) {
	files, err := protosource.Compile(t.Context(), "../../../proto")
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]bool{}
	for _, f := range files {
		own[f.Path()] = true
		linked, err := protoregistry.GlobalFiles.FindFileByPath(f.Path())
		if err != nil {
			t.Errorf("%s: not generated, or its package is not imported by this test", f.Path())
			continue
		}
		if diff := cmp.Diff(plain(t, f), plain(t, linked), protocmp.Transform()); diff != "" {
			t.Errorf("%s: gen/ is stale, run `make generate` (-proto +gen):\n%s", f.Path(), diff)
		}
	}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if f.Package().Parent().Parent() == "cloudpact" && !own[f.Path()] {
			t.Errorf("%s: generated from a file that proto/ no longer has", f.Path())
		}
		return true
	})
}

// plain is the descriptor without comments, with its options read again, so that
// both sides know the same extensions.
func plain(t *testing.T, f protoreflect.FileDescriptor) *descriptorpb.FileDescriptorProto {
	t.Helper()
	desc := protodesc.ToFileDescriptorProto(f)
	desc.SourceCodeInfo = nil
	raw, err := proto.Marshal(desc)
	if err != nil {
		t.Fatal(err)
	}
	read := &descriptorpb.FileDescriptorProto{}
	if err := proto.Unmarshal(raw, read); err != nil {
		t.Fatal(err)
	}
	return read
}
