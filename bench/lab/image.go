package lab

import (
	"context"
	"errors"

	"tlslab/bench/action"
	"tlslab/core"
	"tlslab/core/build"
)

// imageInput makes an image: what is compiled and linked, and how.
type imageInput struct {
	Core Core
	Spec *core.Spec // its Source is Core
}

// imageOutput is an image as an action's output. A failed build is an output too, which
// is not kept.
type imageOutput struct {
	*core.Image
	NoBuild   *core.BuildError   `json:",omitempty"`
	NoInclude *core.IncludeError `json:",omitempty"`
}

// images are linked images. Their compilers' objects are kept by the builder of the
// process that links.
var images = action.Declare(build.ImageKind, action.Steps[Place, *build.Builder, imageInput, imageOutput]{
	Prepare: func(ctx context.Context, place Place, in imageInput) (*build.Builder, error) {
		if in.Spec == nil {
			return nil, errors.New("an image of nothing")
		}
		l, err := place.Lab(ctx, in.Core)
		if err != nil {
			return nil, err
		}
		in.Spec.Source = l.Source
		return l.Builder, nil
	},
	Key: func(b *build.Builder, in imageInput) (string, error) { return b.Key(in.Spec) },
	Do: func(ctx context.Context, b *build.Builder, in imageInput) (out imageOutput, keep bool, err error) {
		out.Image, err = b.Make(ctx, in.Spec)
		switch e := err.(type) {
		case *core.BuildError:
			return imageOutput{NoBuild: e}, false, nil
		case *core.IncludeError:
			return imageOutput{NoInclude: e}, false, nil
		}
		return out, true, err
	},
})

// image builds an image of the lab's own source, or of a reference peer's.
func (l *Lab) image(ctx context.Context, spec *core.Spec) (*core.Image, error) {
	out, err := images.Execute(ctx, l.Actions, l.Builder, imageInput{CoreOf(spec.Source), spec})
	switch {
	case err != nil:
		return nil, err
	case out.NoBuild != nil:
		return nil, out.NoBuild
	case out.NoInclude != nil:
		return nil, out.NoInclude
	}
	return out.Image, nil
}
