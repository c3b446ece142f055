/* a stand-in: it checks nothing */
