package browsertest

import (
	"context"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// frame is a frame of the page, named by a part of its address.
type frame struct {
	tab     *Tab
	address string
}

// Frame is the widget in the frame whose address holds the given part.
func (tab *Tab) Frame(address string) *Place {
	return &Place{tab: tab, root: widgetRoot, frame: &frame{tab: tab, address: address}}
}

// world is a world of our own in the frame. It is asked for every time: the
// frame may have been loaded again.
func (f *frame) world() (runtime.ExecutionContextID, error) {
	return chromedp.Run(f.tab.ctx, chromedp.Action[runtime.ExecutionContextID](func(ctx context.Context, t *chromedp.Target) (runtime.ExecutionContextID, error) {
		id, err := f.find(ctx, t)
		if err != nil {
			return 0, err
		}
		made, err := cdp.Call(ctx, t, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: id, WorldName: "look"})
		return made.ExecutionContextID, err
	}))
}

// find returns the page itself when no address is asked for.
func (f *frame) find(ctx context.Context, t *chromedp.Target) (cdp.FrameID, error) {
	tree, err := cdp.Call(ctx, t, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return "", err
	}
	for open := []*page.FrameTree{tree.FrameTree}; len(open) > 0; open = open[1:] {
		if found := open[0].Frame; f.address == "" || found.ParentID != "" && strings.Contains(found.URL, f.address) {
			return found.ID, nil
		}
		open = append(open, open[0].ChildFrames...)
	}
	return "", noFrameError{f.address}
}

type noFrameError struct{ address string }

func (e noFrameError) Error() string { return "no frame shows an address with " + e.address }

// onPage turns a place in a frame into one on the page.
func (p *Place) onPage(x, y float64) (float64, float64) {
	p.tab.t.Helper()
	if p.frame == nil {
		return x, y
	}
	corner, err := chromedp.Run(p.tab.ctx, chromedp.Action[dom.Quad](p.frame.corner))
	if err != nil {
		p.tab.fail("where is the frame: %v", err)
	}
	return x + corner[0], y + corner[1]
}

func (f *frame) corner(ctx context.Context, t *chromedp.Target) (dom.Quad, error) {
	id, err := f.find(ctx, t)
	if err != nil {
		return nil, err
	}
	owner, err := cdp.Call(ctx, t, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: id})
	if err != nil {
		return nil, err
	}
	box, err := cdp.Call(ctx, t, dom.GetBoxModel, dom.GetBoxModelParams{BackendNodeID: owner.BackendNodeID})
	if err != nil {
		return nil, err
	}
	return box.Model.Content, nil
}
